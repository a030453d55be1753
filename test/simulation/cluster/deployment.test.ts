import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCutover } from '../../../src/activities/cutover.ts';
import { createDeploy } from '../../../src/activities/deploy.ts';
import { createMonitor } from '../../../src/activities/monitor.ts';
import { createPreflight } from '../../../src/activities/preflight.ts';
import { createRollback } from '../../../src/activities/rollback.ts';
import { createSmoke } from '../../../src/activities/smoke.ts';
import { createSoak } from '../../../src/activities/soak.ts';
import { createTeardown } from '../../../src/activities/teardown.ts';
import type { SwitchInput } from '../../../src/activities/contract.ts';
import type { Spec, SpecInput } from '../../../src/domain/spec.ts';
import { attemptOf } from '../../activities/attempts.ts';
import { specOf } from '../../kubernetes/objects.ts';
import type { JournalEntry } from './journal.ts';
import { ModelCluster, type ModelOptions } from './model-cluster.ts';
import { behaviours, healthy, type Behaviour } from './pods/behaviour.ts';
import { seedStable } from './seed.ts';
import { inVirtualTime, useVirtualTime } from './virtual-time.ts';

const namespace = 'default';
const users = { namespace, service: 'api-service', requestsPerSecond: 60 };
const quick: Partial<SpecInput> = {
  smoke: {
    checks: [
      { name: 'health', http: { path: '/healthz' } },
      { name: 'port', tcp: {} },
      { name: 'job', job: { podSpec: { containers: [{ name: 'check', image: 'checks:v1' }] } } },
    ],
  },
  soak: { duration: '2s', interval: '500ms', window: '1s', minimumRequests: 5, traffic: { requests: [{ path: '/' }] } },
  monitor: { duration: '4s', interval: '500ms', window: '2s' },
  cutover: { verify: { identity: { header: 'x-version' } } },
};

let model: ModelCluster;
beforeEach(useVirtualTime);
afterEach(() => {
  model.close();
  vi.useRealTimers();
});

function modelOf(candidate: Behaviour, options: ModelOptions = {}): void {
  model = new ModelCluster({
    behaviourOf: (image) => (image.endsWith(':v2.0') ? candidate : healthy),
    users,
    ...options,
  });
  seedStable(model, { namespace, app: 'api', service: 'api-service', slot: 'blue', replicas: 3, image: 'myapp:v1.0' });
}

/** Runs the steps up to the cutover, as the workflow would. */
async function deployTo(spec: Spec): Promise<SwitchInput> {
  const dependencies = model.connect('worker');
  const preflight = createPreflight(dependencies)({ spec, workflowId: 'default/api', runId: 'run' }, attemptOf());
  const planned = await inVirtualTime(preflight);
  const { stableSlot, candidateSlot } = planned;
  const target = { spec: planned.spec, runId: 'run', stableSlot, candidateSlot };
  const { fence } = await inVirtualTime(createDeploy(dependencies)(target, attemptOf()));
  return { ...target, fence, requestedAt: new Date().toISOString(), by: 'ann', reason: 'test' };
}

it.each(['direct', 'proxy'] as const)(
  'goes through a whole deployment and its rollback with access: %s',
  async (access) => {
    modelOf(healthy);
    const dependencies = model.connect('worker');
    const input = await deployTo(specOf({ ...quick, access }));
    expect((await inVirtualTime(createSmoke(dependencies)(input, attemptOf()))).checks).toEqual([
      expect.objectContaining({ name: 'health', passed: true }),
      expect.objectContaining({ name: 'port', passed: true }),
      expect.objectContaining({ name: 'job', passed: true, log: 'listening on port 8080' }),
    ]);
    expect(await inVirtualTime(createSoak(dependencies)(input, attemptOf()))).toMatchObject({ verdict: 'pass' });
    const { fence, verifiedAt, verification } = await inVirtualTime(createCutover(dependencies)(input, attemptOf()));
    expect(verifiedAt).not.toBeNull();
    expect(verification).toContain('5 fresh connections were answered as v2.0');
    expect(await inVirtualTime(createMonitor(dependencies)(input, attemptOf()))).toMatchObject({
      verdict: 'pass',
      candidate: { requests: 240 },
    });
    const rollback = createRollback(dependencies)({ ...input, fence, mayHaveSwitched: true }, attemptOf());
    expect((await inVirtualTime(rollback)).switched?.verification).toContain('answered as v1.0');
    const teardown = createTeardown(dependencies)({ ...input, slot: 'green', how: 'delete' }, attemptOf());
    expect(await inVirtualTime(teardown)).toEqual({ detail: 'api-green was deleted and its pods are gone' });
    model.users.settle();
    expect(model.users.dropped).toBe(0);
  },
);

it.each([
  ['neverReady', '3 NotReady'],
  ['crashLoop', 'CrashLoopBackOff (container api, exit code 1, back-off restarting failed container)'],
  ['noImage', 'ImagePullBackOff'],
] as const)('shows a candidate that is %s as the product reads it', async (name, words) => {
  modelOf(behaviours[name]);
  await expect(deployTo(specOf({ ...quick, timeouts: { deploy: '1m' } }))).rejects.toThrow(words);
});

it.each([
  ['errorsUnderTraffic', 'error-rate'],
  ['slowUnderTraffic', 'p95'],
  ['lateCrash', 'readiness'],
] as const)('lets the monitor see a candidate that is %s', async (name, metric) => {
  modelOf(behaviours[name]);
  const input = await deployTo(specOf({ ...quick, monitor: { duration: '30s', interval: '500ms', window: '5s' } }));
  await inVirtualTime(createCutover(model.connect('cutover'))(input, attemptOf()));
  const evidence = await inVirtualTime(createMonitor(model.connect('monitor'))(input, attemptOf()));
  expect(evidence.verdict).toBe('fail');
  expect(evidence.findings).toContainEqual(expect.objectContaining({ metric, verdict: 'fail' }));
});

async function walk(): Promise<readonly JournalEntry[]> {
  modelOf(healthy);
  const input = await deployTo(specOf({ ...quick, access: 'direct' }));
  await inVirtualTime(createCutover(model.connect('cutover'))(input, attemptOf()));
  model.close();
  return model.journal;
}

it('does the same again, request by request', async () => {
  const first = await walk();
  vi.setSystemTime(Date.UTC(2026, 0, 5, 9));
  expect(await walk()).toEqual(first);
});
