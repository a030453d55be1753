import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { notYetThere, serveHealth, type Health, type WorkerSeen } from '../../src/worker/health.ts';

const running: WorkerSeen = { runState: 'RUNNING', workflowPollerState: 'POLLING', activityPollerState: 'POLLING' };
let seen: WorkerSeen = running;
let health: Health | null = null;
afterEach(async () => {
  await health?.close();
  health = null;
});

async function statusOf(path: string): Promise<number> {
  health ??= await serveHealth({ port: 0, status: () => seen });
  return (await fetch(`http://127.0.0.1:${health.port}${path}`)).status;
}

describe('the probes of a worker', () => {
  it.each<[Partial<WorkerSeen>, number, number]>([
    [{}, 200, 200],
    [notYetThere, 503, 200],
    [{ runState: 'INITIALIZED' }, 503, 200],
    [{ workflowPollerState: 'SHUTDOWN' }, 503, 200],
    [{ activityPollerState: 'FAILED' }, 503, 200],
    [{ runState: 'STOPPING' }, 503, 200],
    [{ runState: 'DRAINING', workflowPollerState: 'SHUTDOWN', activityPollerState: 'SHUTDOWN' }, 503, 200],
    [{ runState: 'FAILED' }, 503, 503],
  ])('of which is known %j are ready: %i, alive: %i', async (changes, ready, alive) => {
    seen = { ...running, ...changes };
    expect([await statusOf('/readyz'), await statusOf('/livez')]).toEqual([ready, alive]);
  });

  it('say what they see, and know no other path', async () => {
    seen = running;
    expect(await statusOf('/')).toBe(404);
    const answer = await fetch(`http://127.0.0.1:${health?.port}/readyz?verbose`);
    expect(await answer.json()).toEqual({
      healthy: true,
      worker: 'RUNNING',
      workflows: 'POLLING',
      activities: 'POLLING',
    });
  });

  it('name the port that another has', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(serveHealth({ port, status: () => running })).rejects.toThrow(`on port ${port}: `);
    other.close();
  });
});
