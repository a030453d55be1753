import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ApiRequest } from '../../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../../src/kubernetes/cluster.ts';
import { apiErrorKind, describeApiError, isTransient } from '../../../src/kubernetes/errors.ts';
import { Collection, follow } from '../../../src/kubernetes/follow.ts';
import { patchService } from '../../../src/kubernetes/service-patch.ts';
import { readPods } from '../../../src/kubernetes/slot.ts';
import { VirtualClock } from '../clock.ts';
import { Random } from '../random.ts';
import type { Caller, Effect } from './api-server.ts';
import { ClusterModel } from './cluster-model.ts';
import { Knowledge } from './knowledge.ts';
import type { RequestFault } from './request-faults.ts';

const [app, service] = ['api', 'api-service'];
const reference = { namespace: 'default', service };
const blue = { namespace: 'default', app, slot: 'blue' } as const;
const toGreen = [{ op: 'replace', path: '/spec/selector/version', value: 'green' }] as const;

let clock: VirtualClock;
let restore: () => void;
let model: ClusterModel;
let caller: Caller;
let cluster: Cluster;
let effects: Effect[];

beforeEach(() => {
  clock = new VirtualClock();
  restore = clock.install(new Random(7));
});
afterEach(() => {
  restore();
});

/** A cluster with three ready pods of blue, and what goes wrong with the requests from then on. */
async function begin(...faults: RequestFault[]): Promise<void> {
  effects = [];
  const onEffect = (effect: Effect): void => void effects.push(effect);
  model = new ClusterModel({ clock, random: new Random(7), app, service, faults, usersPerSecond: 30, onEffect });
  model.seed({ live: 'blue', leftover: false, replicas: 3 });
  caller = {
    id: 'attempt 1',
    dead: false,
    knowledge: new Knowledge(app, service),
    lateMs: () => 0,
    sends: () => undefined,
  };
  cluster = model.clusterOf(caller);
  await pass(5_000);
}

async function pass(ms: number): Promise<void> {
  let isOver = false;
  clock.after(ms, () => {
    isOver = true;
  });
  await clock.run(() => isOver);
}

/** How a promise ends, and how long that takes. */
async function ending(work: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const started = clock.now;
  let end: { error: unknown } | null = null;
  work.then(
    () => (end = { error: null }),
    (error: unknown) => (end = { error }),
  );
  await clock.run(() => end !== null);
  return { error: null, ...(end as { error: unknown } | null), ms: clock.now - started };
}

it('lets a request take effect late, though its sender has given up', async () => {
  await begin({ on: 'switch', nth: 0, kind: 'late', ms: 60_000 });
  const { error, ms } = await ending(patchService(cluster, reference, toGreen));
  expect([isTransient(error), ms, model.liveVersion]).toEqual([true, 10_000, 'blue']);
  await pass(60_000);
  expect(model.liveVersion).toBe('green');
  expect(effects).toEqual([expect.objectContaining({ caller, method: 'PATCH', name: service })]);
});

it('lets a request take effect though its sender is dead, and tells the dead nothing', async () => {
  await begin({ on: 'switch', nth: 0, kind: 'late', ms: 5_000 });
  let isTold = false;
  const told = (): boolean => (isTold = true);
  patchService(cluster, reference, toGreen).then(told, told);
  caller.dead = true;
  await pass(20_000);
  expect([model.liveVersion, isTold]).toEqual(['green', false]);
});

it.each([
  [{ on: 'switch', nth: 0, kind: 'answer-lost' }, 'socket hang up', 0],
  [{ on: 'switch', nth: 0, kind: 'slow', ms: 30_000 }, 'The operation was aborted', 10_000],
] as const)('loses the answer and keeps the effect: %j', async (fault, words, afterMs) => {
  await begin(fault);
  const { error, ms } = await ending(patchService(cluster, reference, toGreen));
  expect([describeApiError(error), isTransient(error), model.liveVersion]).toEqual([words, true, 'green']);
  expect(ms).toBeGreaterThanOrEqual(afterMs);
});

it.each([
  ['lost', 'unavailable'],
  ['unavailable', 'unavailable'],
  ['conflict', 'conflict'],
] as const)('fails without an effect: %s', async (kind, seen) => {
  await begin({ on: 'write', nth: 0, kind });
  const path = '/apis/apps/v1/namespaces/default/deployments/api-blue';
  const { error } = await ending(cluster.api.json({ method: 'DELETE', path }));
  expect(apiErrorKind(error)).toBe(seen);
  expect([model.liveVersion, effects]).toEqual(['blue', []]);
});

it('lets the product repeat a look for which the API server has no time', async () => {
  await begin({ on: 'read', nth: 0, kind: 'throttled' }, { on: 'read', nth: 1, kind: 'unavailable' });
  const read = await ending(readPods(cluster, blue));
  expect([read.error, read.ms >= 1_000, model.faults.struck]).toEqual([null, true, 2]);
});

it('sees no switch sent again by the time that its look at the pods is old', async () => {
  await begin({ on: 'switch', nth: 0, kind: 'throttled' });
  const { error, ms } = await ending(patchService(cluster, reference, toGreen));
  expect([apiErrorKind(error), ms < 1_000, effects]).toEqual(['too-many-requests', true, []]);
});

/** How many pods a follower knows at these times after a fourth was wanted, and how often it has listed them. */
async function followed(at: readonly number[]): Promise<{ pods: number[]; lists: number }> {
  let lists = 0;
  const sends = ({ query }: ApiRequest): void => {
    if (query?.['watch'] !== true) lists += 1;
  };
  const stop = new AbortController();
  const collection = new Collection({ path: '/api/v1/namespaces/default/pods', read: (pod) => pod });
  const following = { signal: stop.signal, changed: () => undefined, trouble: () => undefined };
  const over = follow(model.clusterOf({ ...caller, sends }), collection, following);
  await pass(100);
  model.byHand('deployments', 'api-blue', (live) => ({ ...live, spec: { ...live.spec, replicas: 4 } }));
  const pods: number[] = [];
  let now = 0;
  for (const time of at) {
    await pass(time - now);
    now = time;
    pods.push(collection.items.length);
  }
  stop.abort();
  await ending(over);
  return { pods, lists };
}

it.each([
  ['tells a watch at once', [], { pods: [4, 4], lists: 1 }],
  ['tells a stalled watch late', [{ on: 'watch', nth: 0, kind: 'stalled', ms: 2_000 }], { pods: [3, 4], lists: 1 }],
  ['ends a watch, and goes on', [{ on: 'watch', nth: 0, kind: 'cut', ms: 50 }], { pods: [4, 4], lists: 1 }],
  ['lets begin anew who is too late', [{ on: 'watch', nth: 0, kind: 'gone' }], { pods: [4, 4], lists: 2 }],
] as const)('%s', async (_what, faults, seen) => {
  await begin(...faults);
  expect(await followed([500, 5_000])).toEqual(seen);
  expect(model.faults.struck).toBe(faults.length);
});

it('goes on with a watch that was ended by a bookmark, though what is older is forgotten', async () => {
  await begin();
  const forgetting = setInterval(() => {
    // Something newer than all pods, and then nothing older than that.
    model.byHand('services', service, (live) => ({ ...live, spec: { ...live.spec, selector: { app } } }));
    model.store.compact();
  }, 1_000);
  const seen = followed([100_000]);
  expect(await seen).toEqual({ pods: [4], lists: 1 });
  clearInterval(forgetting);
});

it('writes down what people do, with the object before and after', async () => {
  await begin();
  model.byHand('services', service, (live) => ({ ...live, spec: { ...live.spec, selector: { app } } }));
  model.byHand('deployments', 'api-blue', () => null);
  expect(effects.map(({ caller: who, method, name, after }) => [who, method, name, after === null])).toEqual([
    ['somebody', 'PUT', service, false],
    ['somebody', 'DELETE', 'api-blue', true],
  ]);
});

it('makes anew a pod that goes, and gives its users to the others until then', async () => {
  await begin();
  const [first, ...others] = model.podsOf('blue');
  if (first === undefined) throw new Error('blue has no pods');
  model.traffic.countUsers();
  const before = others.map((pod) => model.workload.tally(pod).ok);
  model.evict(first);
  await pass(5_000);
  model.traffic.countUsers();
  expect(model.readyPods('blue')).toBe(3);
  expect(model.podsOf('blue').map(({ metadata }) => metadata.uid)).not.toContain(first.metadata.uid);
  const served = others.map((pod, index) => model.workload.tally(pod).ok - (before[index] ?? 0));
  for (const requests of served) expect(requests).toBeGreaterThan(50);
});
