/** The bench's app as a process: HOST, PORT, VERSION and BEHAVIOUR (JSON, see behaviour.ts) come from the environment. */
import { once } from 'node:events';
import { App } from './app.ts';
import type { Behaviour } from './behaviour.ts';
import { Faults } from './faults.ts';

const { HOST: host = '127.0.0.1', PORT: port = '8080', VERSION: version = 'dev', BEHAVIOUR: json = '' } = process.env;

function log(line: Readonly<Record<string, unknown>>): void {
  const text = `${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`;
  (line['level'] === 'error' ? process.stderr : process.stdout).write(text);
}

function crash(): never {
  log({ level: 'error', message: 'a user has brought it down' });
  process.exit(1);
}

const app = new App({ version, faults: new Faults(JSON.parse(json) as Behaviour, crash), log });
const stopped = once(process, 'SIGTERM');
app.server.listen(Number(port), host);
await once(app.server, 'listening');
log({ level: 'info', message: 'listening' });
await stopped;
await app.shutDown(1_000, 5_000);
