/**
 * The example API as a process: HOST, PORT, VERSION, FAULTS (JSON, see faults.ts), SHUTDOWN_DELAY_MS and
 * SHUTDOWN_GRACE_MS come from the environment. Each log line is one JSON object, errors on stderr.
 */
import { once } from 'node:events';
import { hostname } from 'node:os';
import { Api } from './api.ts';
import { FaultInjector } from './fault-injector.ts';
import { shutDown } from './shutdown.ts';

type LogLine = Readonly<Record<string, unknown>>;

const { HOST: host = '0.0.0.0', PORT: port = '8080', VERSION: version = 'dev', FAULTS: json } = process.env;
const pod = process.env['HOSTNAME'] ?? hostname();

function log(line: LogLine): void {
  const text = `${JSON.stringify({ time: new Date().toISOString(), ...line, version })}\n`;
  (line['level'] === 'error' ? process.stderr : process.stdout).write(text);
}

function crash(reason: string): void {
  log({ level: 'error', message: `crashed on purpose: ${reason}` });
  process.exit(1);
}

function milliseconds(name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name} must be a number of milliseconds`);
}

async function run(): Promise<void> {
  const times = {
    delayMs: milliseconds('SHUTDOWN_DELAY_MS', 1_000),
    graceMs: milliseconds('SHUTDOWN_GRACE_MS', 10_000),
  };
  const faults = new FaultInjector({ version, json, crash });
  faults.start();
  const api = new Api({ version, pod, faults, log });
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  api.server.listen(Number(port), host);
  await once(api.server, 'listening');
  const address = api.server.address();
  log({ level: 'info', message: 'listening', address });
  await stopped;
  log({ level: 'info', message: 'shutting down' });
  const result = await shutDown(api, times);
  log({ level: 'info', message: result === 'clean' ? 'stopped' : 'stopped with requests in flight' });
}

try {
  await run();
} catch (error) {
  log({ level: 'error', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
