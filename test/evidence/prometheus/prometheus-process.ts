/** A real Prometheus on loopback, with a configuration and data of its own, that scrapes small servers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { neededBinary } from '../../setup/needed-binary.ts';

/** null where this machine has none. */
export const prometheusBinary = neededBinary({
  name: 'prometheus',
  variable: 'CUTOVER_PROMETHEUS_BIN',
  debianPackage: 'prometheus',
});

export const scrapingOften = { global: { scrape_interval: '200ms', scrape_timeout: '200ms' } };

export interface Target {
  /** `host:port`, whose /metrics is scraped. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PrometheusOptions {
  readonly targets?: readonly Target[];
  /** As of --web.config.file. */
  readonly web?: unknown;
}

export interface PrometheusProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Resolves when it answers queries. */
export async function startPrometheus({ targets = [], web }: PrometheusOptions): Promise<PrometheusProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'cutover-prometheus-'));
  const written = (name: string, content: unknown): string => {
    const path = join(directory, name);
    writeFileSync(path, stringify(content));
    return path;
  };
  const scraped = targets.map(({ address, labels }) => ({ targets: [address], labels }));
  const config = written('prometheus.yml', {
    ...scrapingOften,
    scrape_configs: [{ job_name: 'pods', static_configs: scraped }],
  });
  const child = spawn(
    prometheusBinary ?? 'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      '--log.format=json',
      ...(web === undefined ? [] : [`--web.config.file=${written('web.yml', web)}`]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return { port: await ready(child), pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The port, once the log says that it listens and is ready. Rejects with the log where it ends instead. */
async function ready(child: ChildProcess): Promise<number> {
  const log: string[] = [];
  let port = 0;
  let isReady = false;
  if (child.stderr === null) throw new Error('Prometheus has no log');
  const lines = createInterface(child.stderr);
  for await (const line of lines) {
    log.push(line);
    const { msg, address } = JSON.parse(line) as { msg?: string; address?: string };
    if (msg === 'Listening on') port = Number(address?.split(':').at(-1));
    isReady ||= msg?.startsWith('Server is ready') === true;
    // On a busy machine either may come first.
    if (isReady && port !== 0) break;
  }
  if (!isReady || port === 0) throw new Error(`Prometheus did not start:\n${log.join('\n')}`);
  // What it writes later is read, so that it never waits for a reader.
  child.stderr.resume();
  return port;
}
