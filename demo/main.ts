/**
 * `npm run demo`: takes a service from v1 to v2 and back, forward again, and lets the monitor roll a faulty v3 back, all
 * under load, on a real Temporal server and a real Kubernetes API. Ends with a table of what was measured.
 */
import { writeFileSync } from 'node:fs';
import { runCommand } from '../sandbox/command-line.ts';
import { renderStatus } from '../src/cli/render/status.ts';
import { backByHand, backByItself, forwardAgain, type Director } from './acts.ts';
import { shortened } from './deploy-spec.ts';
import { keepRunning } from './kept.ts';
import { loadLines } from './load-lines.ts';
import type { LoadStats } from './load/report.ts';
import { complaints, measure, type Act, type Measured } from './measured.ts';
import { Observer } from './observer.ts';
import { parseOptions, usage, type DemoOptions } from './options.ts';
import { Screen } from './screen.ts';
import { setStage, type Stage } from './stage.ts';
import { renderTable } from './table.ts';

async function runDemo(options: DemoOptions): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  process.stdout.write(`${introduction()}\n\n`);
  let stats: LoadStats | null = null;
  let observer: Observer | null = null;
  const screen = new Screen({
    out: process.stdout,
    body: (width) => [...loadLines(stats, width), '', ...statusLines(observer, width)],
  });
  const stage = await setStage({
    requestsPerSecond: options.requestsPerSecond,
    onStats: (newest) => {
      stats = newest;
    },
    tell: (line) => screen.tell(line),
    onProgress: (text) => process.stderr.write(text),
  });
  try {
    observer = await Observer.start(stage.env['TEMPORAL_ADDRESS'] ?? '', 'default/api');
    screen.start();
    const acts = await untilInterrupted(play(stage, observer, screen), interrupted.signal);
    const measured = measure(acts, await stage.load.stop(), stage.kubernetesRequests());
    screen.stop();
    const code = report(measured, options);
    if (options.keep) await keepRunning(stage);
    return code;
  } catch (error) {
    screen.stop();
    process.stderr.write(`the demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await observer?.stop();
    await stage.stop();
  }
}

async function play(stage: Stage, observer: Observer, screen: Screen): Promise<Act[]> {
  const director: Director = {
    stage,
    tell: (line) => screen.tell(line),
    state: () => observer.status?.state ?? null,
    when: (reached) => observer.when(reached),
    historyEvents: (runId) => observer.historyEvents(runId),
  };
  return [await backByHand(director), await forwardAgain(director), await backByItself(director)];
}

function introduction(): string {
  const times = shortened.map(({ what, usually, here }) => `${what} ${here} (usually ${usually})`).join(', ');
  return `cutover: three blue/green deployments under load. Times are shortened for the demo: ${times}.`;
}

function statusLines(observer: Observer | null, width: number): readonly string[] {
  const status = observer?.status ?? null;
  return status === null ? [] : renderStatus(status, { now: new Date(), width, colours: true }).split('\n');
}

function report(measured: Measured, { json }: DemoOptions): number {
  const wrong = complaints(measured);
  process.stdout.write(`\n${renderTable(measured)}\n`);
  if (json !== null) writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
  for (const complaint of wrong) process.stdout.write(`NOT AS IT SHOULD BE: ${complaint}\n`);
  if (wrong.length === 0) process.stdout.write('All as it should be.\n');
  return wrong.length === 0 ? 0 : 1;
}

async function untilInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interruption = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, interruption]);
}

process.exitCode = await runCommand(parseOptions(process.argv.slice(2)), usage, runDemo);
