/** What a kubelet and a Prometheus server see of a real worker: while it works, and while it shuts down. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { at } from './expected.ts';
import { OwnWorker } from './faults/own-worker.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
let worker: OwnWorker;
afterEach(async ({ task }) => {
  await worker.stop();
  await rig.remove(task.name);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** null where nobody answers. */
async function ask(port: number, path: string): Promise<Response | null> {
  return fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
}

const stages = (answers: readonly string[]): string[] => answers.filter((one, index) => one !== answers[index - 1]);

it('is ready and alive while it polls, and alive but not ready while it gives its work back', async () => {
  rig = await ClusterRig.withSeed(1);
  const [health, metrics] = [await freePort(), await freePort()];
  const env = { CUTOVER_HEALTH_PORT: String(health), CUTOVER_METRICS_ADDRESS: `127.0.0.1:${metrics}` };
  worker = new OwnWorker({ env });
  await worker.start();
  rig.given({ CUTOVER_TASK_QUEUE: worker.taskQueue });
  await expect.poll(async () => (await ask(health, '/readyz'))?.status, { timeout: 20_000 }).toBe(200);
  expect((await ask(health, '/livez'))?.status).toBe(200);

  // A watch is what a worker has to give back.
  await rig.cutoverEnds(0, 'deploy', '-f', rig.spec({ soak: { duration: '5m', minimumRequests: 1 } }));
  await rig.when(at('soak'));
  expect(await (await ask(metrics, '/metrics'))?.text()).toMatch(/^temporal_.*activity_type="soak"/m);

  const stopped = new AbortController();
  const stopping = worker.stop().finally(() => stopped.abort());
  const seen: string[] = [];
  while (!stopped.signal.aborted) {
    const [alive, ready] = [await ask(health, '/livez'), await ask(health, '/readyz')];
    if (alive !== null && ready !== null) seen.push(`${alive.status} ${ready.status}`);
    await delay(10);
  }
  await stopping;
  expect(stages(seen).slice(-1)).toEqual(['200 503']);
  expect(stages(seen)).not.toContain('503 503');
  expect(await ask(health, '/readyz')).toBeNull();
}, 120_000);
