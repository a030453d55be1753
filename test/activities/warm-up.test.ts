import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Transport } from '../../src/kubernetes/access/index.ts';
import { createWarmUp } from '../../src/activities/warm-up.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

const requests = [
  { path: '/api/items', count: 7 },
  { path: '/api/items/3', count: 2 },
];
const candidate = { green: { version: 'v2.0', pods: 3 } };

describe('a warm-up', () => {
  it('sends each request as often as it should to every pod', async () => {
    const rig = await SlotsRig.of(candidate);
    const evidence = await createWarmUp(rig.dependencies)(rig.target({ warmUp: { requests } }), new RigAttempt());
    expect(evidence).toEqual({ pods: 3, requestsSent: 27, requestsFailed: 0, errors: [] });
    expect(rig.pods.map((pod) => pod.requests)).toEqual([9, 9, 9]);
  });

  it('has no more than four requests with a pod at once', async () => {
    const rig = await SlotsRig.of({});
    let [now, most] = [0, 0];
    const server = http.createServer((_request, response) => {
      most = Math.max(most, (now += 1));
      // So long a fifth one may come.
      setTimeout(() => {
        now -= 1;
        response.end();
      }, 10);
    });
    await rig.addPod('green', server);
    const many = { requests: [{ path: '/', count: 50 }] };
    const evidence = await createWarmUp(rig.dependencies)(rig.target({ warmUp: many }), new RigAttempt());
    expect([evidence.requestsSent, most]).toEqual([50, 4]);
  });

  it('tells what failed, the same trouble once', async () => {
    const rig = await SlotsRig.of(candidate);
    await rig.addPod(
      'green',
      http.createServer((request) => request.socket.resetAndDestroy()),
    );
    const wrong = { requests: [{ path: '/nowhere?secret=1', count: 2 }] };
    const evidence = await createWarmUp(rig.dependencies)(rig.target({ warmUp: wrong }), new RigAttempt());
    expect(evidence).toMatchObject({ requestsSent: 8, requestsFailed: 8 });
    expect(evidence.errors).toMatchObject([
      {
        message: expect.stringMatching(
          /^GET \/nowhere: answered 404 \(trace [0-9a-f]{32}\): \{"version":"v2.0"/,
        ) as string,
        count: 6,
      },
      {
        message: expect.stringMatching(
          /^GET \/nowhere: the connection was closed before the answer was complete \(trace [0-9a-f]{32}\)$/,
        ) as string,
        count: 2,
      },
    ]);
  });

  it('ends the deployment by errors only where the spec says so', async () => {
    const rig = await SlotsRig.of(candidate);
    const warmUp = { required: true, requests: [{ path: '/nowhere' }] };
    const warming = createWarmUp(rig.dependencies)(rig.target({ warmUp }), new RigAttempt());
    await expect(warming).rejects.toMatchObject({ failure: 'WarmUpFailed' });
    await expect(warming).rejects.toThrow('3 of 3 warm-up requests to api-green failed (GET /nowhere: answered 404');
  });

  it('waits for a pod that counts as ready before it listens', async () => {
    const rig = await SlotsRig.of({ green: { version: 'v2.0', pods: 1 } });
    const [pod] = rig.pods;
    const port = rig.close(pod?.name ?? '');
    const late = http.createServer((_request, response) => response.end());
    const { direct } = rig.dependencies.access;
    const request: Transport['request'] = (...asked) =>
      direct.request(...asked).catch((error: unknown) => {
        if (!late.listening) rig.listen(late, pod?.ip ?? '', port);
        throw error;
      });
    const access = { ...rig.dependencies.access, direct: { ...direct, request } };
    const warming = createWarmUp({ ...rig.dependencies, access })(
      rig.target({ warmUp: { requests } }),
      new RigAttempt(),
    );
    expect(await warming).toMatchObject({ requestsSent: 9, requestsFailed: 0 });
    expect(late.listening).toBe(true);
  });

  it('does not go on beyond its time', async () => {
    const rig = await SlotsRig.of({});
    await rig.addPod('green', http.createServer());
    const target = rig.target({ warmUp: { requests: [{ path: '/', count: 20 }] }, timeouts: { warmUp: '1s' } });
    const startedAt = performance.now();
    const evidence = await createWarmUp(rig.dependencies)(target, new RigAttempt());
    // For so long each request would be waited for.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(evidence.requestsFailed).toBe(20);
    expect(evidence.errors).toEqual([
      { message: 'not sent: timeouts.warmUp (1s) is over', count: 16 },
      {
        message: expect.stringMatching(
          /^GET \/: no answer, and timeouts.warmUp \(1s\) is over \(trace [0-9a-f]{32}\)$/,
        ) as string,
        count: 4,
      },
    ]);
  });
});
