/** The load generator as a command; Ctrl-C ends it with its report. */
import { Command } from 'commander';
import { startLoad } from './load.ts';
import { renderReport, renderStats } from './render.ts';

type Flags = {
  url: string[];
  rate: string;
  keepAlive: string;
  connections: string;
  duration: string;
  maxRequests: string;
  json?: true;
};

async function run(flags: Flags): Promise<void> {
  const load = startLoad({
    urls: flags.url,
    requestsPerSecond: Number(flags.rate),
    keepAliveShare: Number(flags.keepAlive),
    connections: Number(flags.connections),
    durationMs: Number(flags.duration) * 1_000,
    maxRequests: Number(flags.maxRequests),
  });
  const stop = () => void load.stop();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const timer = setInterval(
    () => console.log(flags.json ? JSON.stringify({ stats: load.stats() }) : renderStats(load.stats())),
    flags.json ? 250 : 1_000,
  );
  const report = await load.finished;
  clearInterval(timer);
  console.log(flags.json ? JSON.stringify({ report }) : renderReport(report));
  if (report.requestsFailed > 0) process.exitCode = 1;
}

const command = new Command('load')
  .description('Sends GET requests to this machine at a fixed rate; exits 1 when one was dropped or refused')
  .requiredOption('--url <url...>', 'http URLs on this machine, requested in turn')
  .option('--rate <number>', 'requests a second', '250')
  .option('--keep-alive <share>', 'share of requests, 0 to 1, over connections that stay open', '0.5')
  .option('--connections <number>', 'connections that stay open', '20')
  .option('--duration <seconds>', 'ends by itself after that', '600')
  .option('--max-requests <number>', 'ends by itself after that many', '1000000')
  .option('--json', 'a JSON object a line: {"stats": …} four times a second, {"report": …} at the end')
  .action(run);

try {
  await command.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
