import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const server = fileURLToPath(new URL('../../../dist/examples/api/server.js', import.meta.url));

function start(environment: Record<string, string>) {
  const api = spawn(process.execPath, [server], {
    env: { HOST: '127.0.0.1', PORT: '0', SHUTDOWN_DELAY_MS: '0', HOSTNAME: 'pod-1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void api.kill('SIGKILL'));
  return api;
}

test('listens where it is told to, and exits 0 on SIGTERM', async () => {
  const api = start({ VERSION: 'v1.0' });
  const exited = once(api, 'exit');
  const [line] = (await once(createInterface(api.stdout), 'line')) as [string];
  const { address, version } = JSON.parse(line) as { address: { address: string; port: number }; version: string };
  expect({ host: address.address, version }).toEqual({ host: '127.0.0.1', version: 'v1.0' });
  const answer = await fetch(`http://127.0.0.1:${address.port}/`);
  expect(await answer.json()).toMatchObject({ version: 'v1.0', pod: 'pod-1' });
  api.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

test.each([
  ['a version that crashes', { VERSION: 'v2.0-crash' }, 'crashed on purpose: fault crashAfterMs=0'],
  ['a fault from the environment', { FAULTS: '{"crashAfterMs":0}' }, 'crashed on purpose: fault crashAfterMs=0'],
  ['a fault that it does not know', { FAULTS: '{"flood":true}' }, 'fault flood is not known'],
  ['an address that is not its own', { HOST: '192.0.2.1' }, 'EADDRNOTAVAIL'],
])('exits 1 for %s, and says why on stderr', async (_, environment, message) => {
  const api = start(environment);
  const [complaint, [code]] = await Promise.all([text(api.stderr), once(api, 'exit')]);
  expect(code).toBe(1);
  expect(complaint).toContain(message);
});
