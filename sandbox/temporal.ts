/** A real Temporal server with its UI, on one machine. */
import { run } from './tools/command.ts';
import { freePorts } from './free-ports.ts';
import type { RunningProgram, Supervisor } from './supervision/supervisor.ts';
import { join } from 'node:path';

export interface TemporalServer {
  readonly address: string;
  readonly uiAddress: string;
  readonly program: RunningProgram;
}

export interface TemporalOptions {
  /** Fixed ports instead of free ones. */
  readonly port: number | null;
  readonly uiPort: number | null;
  /** Where its database is kept; by default in the run directory, with which it goes. */
  readonly database: string | null;
}

/** Starts the server and waits until it serves. */
export async function startTemporal(
  supervisor: Supervisor,
  binary: string,
  options: TemporalOptions,
): Promise<TemporalServer> {
  const [freePort = 0, freeUiPort = 0, metricsPort = 0] = await freePorts(3);
  const port = options.port ?? freePort;
  const uiPort = options.uiPort ?? freeUiPort;
  const address = `127.0.0.1:${port}`;
  const program = await supervisor.start({
    name: 'temporal',
    command: binary,
    args: [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
      '--metrics-port',
      String(metricsPort),
      '--log-level',
      'warn',
      '--db-filename',
      options.database ?? join(supervisor.runDirectory, 'temporal.db'),
    ],
    isReady: async () =>
      (await run(binary, ['operator', 'cluster', 'health', '--address', address])).includes('SERVING'),
    timeoutMs: 60_000,
  });
  return { address, uiAddress: `http://127.0.0.1:${uiPort}`, program };
}
