import { ApiException } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DeploymentError } from '../../../src/domain/failure.ts';
import type { Cluster } from '../../../src/kubernetes/cluster.ts';
import { describeApiError, isTransient } from '../../../src/kubernetes/errors.ts';
import { Collection, follow } from '../../../src/kubernetes/follow.ts';
import { patchService } from '../../../src/kubernetes/service-patch.ts';
import { readPods } from '../../../src/kubernetes/slot.ts';
import { waitForRollout } from '../../../src/kubernetes/rollout.ts';
import { CrashLogs } from '../../../src/kubernetes/crash-logs.ts';
import type { Fault } from './faults.ts';
import { byHand } from './journal.ts';
import { ModelCluster, type ModelOptions } from './model-cluster.ts';
import { seedStable } from './seed.ts';
import { inVirtualTime, pass, useVirtualTime } from './virtual-time.ts';

const namespace = 'default';
const reference = { namespace, service: 'api-service' };
const blue = { namespace, app: 'api', slot: 'blue' } as const;

let model: ModelCluster;
let cluster: Cluster;
/** What goes wrong with the next requests of each kind. */
let faults: Fault[];
beforeEach(() => {
  useVirtualTime();
  faults = [];
});
afterEach(() => {
  model.close();
  vi.useRealTimers();
});

function begin(options: ModelOptions = {}): void {
  model = new ModelCluster({ intercept: () => faults.shift() ?? null, ...options });
  seedStable(model, { namespace, app: 'api', service: 'api-service', slot: 'blue', replicas: 3, image: 'myapp:v1.0' });
  ({ cluster } = model.connect('attempt 1'));
}

function version(): string | undefined {
  return model.find('services', namespace, 'api-service')?.spec?.selector?.['version'];
}

const toVersion = (value: string) => [{ op: 'replace', path: '/spec/selector/version', value }] as const;

it('lets a request take effect late, though its sender has given up', async () => {
  begin();
  faults = [{ beforeMs: 60_000 }];
  const patched = inVirtualTime(patchService(cluster, reference, toVersion('green')).catch((error: unknown) => error));
  const error = await patched;
  expect(isTransient(error)).toBe(true);
  expect(Date.now() - Date.UTC(2026, 0, 5, 9)).toBe(10_000);
  expect(version()).toBe('blue');
  await pass(50_000);
  expect(version()).toBe('green');
  expect(model.journal.at(-1)).toMatchObject({ caller: 'attempt 1', verb: 'patch', name: 'api-service', status: 200 });
});

it('lets a request take effect though its sender was stopped', async () => {
  begin();
  faults = [{ beforeMs: 5_000 }];
  const stop = new AbortController();
  const read = cluster.api.json({
    method: 'PATCH',
    path: '/api/v1/namespaces/default/services/api-service',
    headers: { 'content-type': 'application/json-patch+json' },
    body: JSON.stringify(toVersion('green')),
    signal: stop.signal,
  });
  stop.abort(new Error('stopped'));
  await expect(read).rejects.toMatchObject({ name: 'AbortError', cause: new Error('stopped') });
  await pass(5_000);
  expect(version()).toBe('green');
});

it.each([
  [{ answer: 'reset' }, 'socket hang up', 0],
  [{ answer: 'silence' }, 'The operation was aborted', 10_000],
  [{ afterMs: 30_000 }, 'The operation was aborted', 10_000],
] as const)('loses the answer and keeps the effect: %j', async (fault, words, afterMs) => {
  begin();
  faults = [fault];
  const error = await inVirtualTime(
    patchService(cluster, reference, toVersion('green')).catch((thrown: unknown) => thrown),
  );
  expect(describeApiError(error)).toBe(words);
  expect(isTransient(error)).toBe(true);
  expect(version()).toBe('green');
  expect(Date.now() - Date.UTC(2026, 0, 5, 9)).toBe(afterMs);
});

it.each([409, 429, 500, 503])('refuses with %d and without an effect', async (status) => {
  begin();
  faults = [{ status }];
  const patched = cluster.api.json({
    method: 'PATCH',
    path: '/api/v1/namespaces/default/services/api-service',
    headers: { 'content-type': 'application/json-patch+json' },
    body: JSON.stringify(toVersion('green')),
  });
  await expect(patched).rejects.toSatisfy((error) => error instanceof ApiException && error.code === status);
  expect(version()).toBe('blue');
  expect(model.journal.filter(({ caller }) => caller === 'attempt 1')).toEqual([]);
});

async function readyNow(): Promise<number> {
  return (await readPods(cluster, blue)).filter(({ ready }) => ready).length;
}

it('tells a list as it was some time ago', async () => {
  begin();
  await pass(1_000);
  const [pod] = model.list('pods', namespace);
  model.byHand.holdPod(namespace, pod?.metadata.name ?? '');
  await pass(1_000);
  expect(await readyNow()).toBe(2);
  faults = [{ staleMs: 1_500 }];
  expect(await readyNow()).toBe(3);
  expect(await readyNow()).toBe(2);
});

/** How many pods a follower sees at these virtual times. */
async function followed(act: () => void, at: readonly number[]): Promise<number[]> {
  const stop = new AbortController();
  const collection = new Collection({ path: '/api/v1/namespaces/default/pods', read: (pod) => pod });
  const following = { signal: stop.signal, changed: () => undefined, trouble: () => undefined };
  const over = follow(cluster, collection, following);
  await pass(100);
  act();
  const seen: number[] = [];
  let now = 100;
  for (const time of at) {
    await pass(time - now);
    now = time;
    seen.push(collection.items.length);
  }
  stop.abort();
  await over;
  return seen;
}

const oneMore = (): void => {
  model.byHand.scale(namespace, 'api-blue', 4);
};

it.each([
  ['tells a watch at once', [], [3, 4, 4]],
  ['tells a watch late', [{}, { watch: { lagMs: 2_000 } }], [3, 3, 4]],
  ['leaves a watch without news until its end', [{}, { watch: { stallAfterMs: 0 } }], [3, 3, 3]],
  ['ends a watch, and goes on where it was', [{}, { watch: { closeAfterMs: 50 } }], [3, 4, 4]],
] as const)('%s', async (_what, wrong, seen) => {
  begin();
  faults = [...wrong];
  expect(await followed(oneMore, [105, 1_500, 5_000])).toEqual(seen);
});

it('tells a stalled watch all of it once the watch has been opened again', async () => {
  begin();
  faults = [{}, { watch: { stallAfterMs: 0 } }];
  expect(await followed(oneMore, [1_000, 45_000])).toEqual([3, 4]);
});

it('tells those who watch from too long ago to begin anew, as they do', async () => {
  begin();
  const seen = followed(() => {
    model.closeWatches();
    oneMore();
    model.compact();
  }, [50_000]);
  expect(await seen).toEqual([4]);
});

it('goes on with a watch that is ended by a bookmark', async () => {
  begin();
  expect(await followed(() => undefined, [31_000])).toEqual([3]);
  model.compact();
  expect(await followed(oneMore, [40_000])).toEqual([4]);
});

it('forbids what the role does not allow, and says so beforehand', async () => {
  begin({ allows: ({ resource, verb }) => resource !== 'services' || verb !== 'patch' });
  const patched = patchService(cluster, reference, toVersion('green'));
  await expect(patched).rejects.toSatisfy((error) => error instanceof DeploymentError && error.failure === 'Forbidden');
  expect(version()).toBe('blue');
});

it('writes down what people do too, with the object before and after', () => {
  const entries: string[] = [];
  begin({
    onMutation: ({ caller, verb, name, before, after }) => {
      const versions = [before, after].map((object) => (object === null ? 'none' : object.metadata.resourceVersion));
      entries.push(`${caller}: ${verb} ${name ?? ''} ${versions[0] === versions[1] ? 'same' : 'changed'}`);
    },
  });
  entries.length = 0;
  model.byHand.setSelector(namespace, 'api-service', { app: 'api', version: 'green' });
  model.byHand.setSelector(namespace, 'api-service', { app: 'api', version: 'green' });
  model.byHand.annotate('services', namespace, 'api-service', { 'cutover.dev/fence': '3' });
  model.byHand.setImage(namespace, 'api-blue', 'myapp:v1.1');
  model.byHand.remove('deployments', namespace, 'api-blue');
  expect(entries).toEqual([
    `${byHand}: update api-service changed`,
    `${byHand}: update api-service same`,
    `${byHand}: update api-service changed`,
    `${byHand}: update api-blue changed`,
    `${byHand}: delete api-blue changed`,
  ]);
});

it('sends users to the endpoints that are ready, and counts those that nobody answers', async () => {
  begin({ users: { ...reference, requestsPerSecond: 30 } });
  await pass(10_000);
  const counts = (): number[] => {
    model.users.settle();
    return [model.users.answered, model.users.failed, model.users.dropped].map(Math.round);
  };
  expect(counts()).toEqual([300, 0, 0]);
  model.byHand.setSelector(namespace, 'api-service', { app: 'api', version: 'none' });
  await pass(10_020);
  expect(counts()).toEqual([301, 0, 300]);
  model.byHand.setSelector(namespace, 'api-service', { app: 'api', version: 'blue' });
  for (const { metadata } of model.list('pods', namespace)) model.byHand.crashPod(namespace, metadata.name);
  // Its pods crash, and what was on the way to them is lost until all are ready again.
  await pass(10_000);
  expect(counts()).toEqual([549, 0, 352]);
});

it('rolls out anew, and makes anew what somebody deletes', async () => {
  begin();
  model.byHand.setImage(namespace, 'api-blue', 'myapp:v1.1');
  const wait = {
    runId: '',
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    logs: new CrashLogs(cluster, namespace),
    onProgress: () => undefined,
    overdue: (why: string) => why,
  };
  model.byHand.annotate('deployments', namespace, 'api-blue', { 'cutover.dev/deployment': '' });
  const rolled = await inVirtualTime(waitForRollout(cluster, blue, wait));
  expect(rolled).toMatchObject({ readyPods: 3, images: ['myapp:v1.1'] });
  const [pod] = model.list('pods', namespace, { version: 'blue' });
  model.byHand.remove('pods', namespace, pod?.metadata.name ?? '');
  await pass(5_000);
  const now = model.list('pods', namespace, { version: 'blue' });
  expect(now).toHaveLength(3);
  expect(now.some(({ metadata }) => metadata.uid === pod?.metadata.uid)).toBe(false);
});
