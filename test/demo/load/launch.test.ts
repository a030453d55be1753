import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { launchLoad } from '../../../demo/load/launch.ts';
import type { LoadStats } from '../../../demo/load/report.ts';
import { answerAs, closedPort, startServer } from './local-server.ts';

describe('a load in a process of its own', () => {
  test('streams statistics, takes marks, and ends with its report', async () => {
    const { url } = await startServer((response) => answerAs(response, 'v1'));
    const onStats = vi.fn<(stats: LoadStats) => void>();
    const load = await launchLoad({ urls: [url], requestsPerSecond: 200, statsEveryMs: 20, onStats });
    expect(load.pid).not.toBe(process.pid);
    load.mark('half');
    await vi.waitFor(() => expect(load.stats().marks[0]?.byVersion['v1']).toBeGreaterThan(10), 5_000);
    const report = await load.stop();
    expect(report).toMatchObject({ endedBy: 'stopped', requestsFailed: 0, byVersion: { v1: report.requestsSent } });
    expect(report.marks.map(({ name }) => name)).toEqual(['half']);
    expect(onStats.mock.calls.length).toBeGreaterThan(1);
    expect(() => process.kill(load.pid, 0)).toThrow('ESRCH');
  });

  test('ends by itself at its bounds', async () => {
    const { url } = await startServer((response) => answerAs(response, 'v1'));
    const load = await launchLoad({ urls: [url], requestsPerSecond: 200, maxRequests: 20 });
    expect(await load.finished).toMatchObject({ endedBy: 'max-requests', requestsSent: 20 });
    expect((await load.stop()).requestsSent).toBe(20);
  });

  test('says so when its process dies', async () => {
    const { url } = await startServer((response) => answerAs(response, 'v1'));
    const load = await launchLoad({ urls: [url], requestsPerSecond: 50 });
    process.kill(load.pid, 'SIGKILL');
    await expect(load.finished).rejects.toThrow('no report: it ended with SIGKILL');
  });

  test('is refused for a host elsewhere, before a process is started', async () => {
    await expect(launchLoad({ urls: ['http://10.0.0.1/'], requestsPerSecond: 50 })).rejects.toThrow('on this machine');
  });
});

describe('the command', () => {
  const main = fileURLToPath(new URL('../../../dist/demo/load/main.js', import.meta.url));
  const run = async (...flags: string[]) => await promisify(execFile)(process.execPath, [main, ...flags]);

  test('prints a JSON object a line, the report last', async () => {
    const { url } = await startServer((response) => answerAs(response, 'v1'));
    const { stdout } = await run('--url', url, '--rate', '200', '--max-requests', '80', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines[0]).toHaveProperty('stats.requestsSent');
    expect(lines.at(-1)).toHaveProperty('report.byVersion', { v1: 80 });
  });

  test('exits 1 when a request was refused', async () => {
    const url = await closedPort();
    await expect(run('--url', url, '--rate', '200', '--max-requests', '5')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/failed +5\n/),
    });
  });

  test('exits 1 with one line for a host elsewhere', async () => {
    await expect(run('--url', 'http://10.0.0.1/')).rejects.toMatchObject({
      code: 1,
      stderr: 'http://10.0.0.1/ is not on this machine: use an address in 127.0.0.0/8, ::1 or localhost\n',
    });
  });
});
