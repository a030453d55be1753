/** A real Temporal server with its UI, on one machine. */
import { join } from 'node:path';
import { demandFree } from './free-ports.ts';
import type { HeldNetwork } from './network.ts';
import type { Supervisor } from './supervision/supervisor.ts';
import { run } from './tools/command.ts';

export interface TemporalServer {
  readonly address: string;
  readonly uiAddress: string;
}

export interface TemporalOptions {
  /** Fixed ports instead of free ones. */
  readonly port: number | null;
  readonly uiPort: number | null;
  /** Where its database is kept; by default in the run directory, with which it goes. */
  readonly database: string | null;
}

/** The command line would otherwise talk to the server of the user's own profile. */
const noOwnSettings = ['--disable-config-file', '--disable-config-env'];

/** Starts the server and waits until it serves the namespace `default`. */
export async function startTemporal(
  supervisor: Supervisor,
  binary: string,
  network: HeldNetwork,
  options: TemporalOptions,
): Promise<TemporalServer> {
  const [freePort = 0, freeUiPort = 0, metricsPort = 0] = await network.takePorts(3);
  for (const fixed of [options.port, options.uiPort]) if (fixed !== null) await demandFree(fixed);
  const port = options.port ?? freePort;
  const uiPort = options.uiPort ?? freeUiPort;
  const address = `127.0.0.1:${port}`;
  const describe = ['operator', 'namespace', 'describe', 'default', '--address', address, '--command-timeout', '2s'];
  const database = options.database ?? join(supervisor.runDirectory, 'temporal.db');
  await supervisor.start({
    name: 'temporal',
    command: binary,
    args: [
      ...['server', 'start-dev', '--log-level', 'warn', '--ip', '127.0.0.1', '--db-filename', database],
      ...['--port', String(port), '--ui-port', String(uiPort), '--metrics-port', String(metricsPort)],
    ],
    isReady: async () => (await run(binary, [...describe, ...noOwnSettings])).includes('default'),
    timeoutMs: 60_000,
    // A database that is kept is written to its end.
    ending: options.database === null ? 'kill' : 'terminate',
  });
  return { address, uiAddress: `http://127.0.0.1:${uiPort}` };
}
