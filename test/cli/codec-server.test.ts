import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { fakeTerminal } from './fake-terminal.ts';

const keys = { CUTOVER_PAYLOAD_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` };

async function run(args: string[], env: Record<string, string>, signal = new AbortController().signal) {
  const interruptible = () => ({ signal, release: () => undefined });
  const terminal = fakeTerminal({ env, interruptible });
  const code = await runCli(['codec-server', ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

describe('codec-server', () => {
  it.each([
    [[], {}, 'CUTOVER_PAYLOAD_KEYS is not set: set it as it is set for the worker\n'],
    [
      ['--host', '0.0.0.0'],
      keys,
      '--host 0.0.0.0: others could have everything decrypted there; set CUTOVER_CODEC_TOKEN\n',
    ],
    [['--ui-origin', 'null'], keys, '--ui-origin null: has to be such as http://localhost:8233\n'],
    [['--ui-origin', 'file:///'], keys, '--ui-origin file:///: has to be such as http://localhost:8233\n'],
    [[], { ...keys, CUTOVER_CODEC_TOKEN: '' }, 'CUTOVER_CODEC_TOKEN is empty: unset it, or give it a token\n'],
  ])('%j with %j is refused', async (args, env, stderr) => {
    expect(await run([...args, '--port', '0'], env)).toEqual({ code: 2, stdout: '', stderr });
  });

  it.each(['70000', '-1', 'x'])('takes no port %s', async (port) => {
    expect(await run(['--port', port], keys)).toMatchObject({ code: 2 });
  });

  it('serves until it is stopped, and says where', async () => {
    const stopped = AbortSignal.abort();
    const { code, stdout } = await run(
      ['--port', '0', '--ui-origin', 'http://localhost:8233/', '--json'],
      keys,
      stopped,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ready: true,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });
  });
});
