/** How the deadline of each step is made to pass, and what is to come of it. */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { serviceUrl } from '../../../sandbox/service-url.ts';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { Outcome, StepName } from '../../../src/domain/state.ts';
import { at, unwatched } from '../expected.ts';
import type { ClusterRig } from '../rig.ts';
import type { Passing } from './fault-proxy.ts';
import { short } from './short.ts';
import { isSwitch } from './switch-request.ts';

/** Which requests of the worker in one namespace hang. */
export type Hangs = (request: Passing) => boolean;

/** What a case works with once its deployment has begun. */
export interface Scene {
  readonly rig: ClusterRig;
  /** From now on these requests of the worker are not answered. */
  readonly hang: (which: Hangs) => void;
}

export interface Case {
  readonly step: StepName;
  readonly what: string;
  readonly deadlineMs: number;
  readonly spec: Partial<SpecInput>;
  /** Runs before the deployment is started. */
  readonly before?: (scene: Scene) => Promise<void>;
  /** Runs while it is on its way. */
  readonly meanwhile?: (scene: Scene) => Promise<void>;
  /** Puts right what would outlive the test. */
  readonly after?: (scene: Scene) => Promise<void>;
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly traffic: 'blue' | 'green';
  /** What the failure says, or the step where the outcome is none. */
  readonly says: readonly string[];
}

const everything: Hangs = () => true;
const metrics: Hangs = ({ path }) => path.includes('/metrics');
const isApply: Hangs = ({ method, path }) =>
  method === 'PATCH' && path.includes('/deployments/api-green?') && !path.includes('dryRun');

const unsoaked = { soak: { duration: '0s' } } as const;
const quiet = { ...unsoaked, ...unwatched, approval: { required: false } } as const;
const approved = { ...quiet, approval: { required: true } } as const;

/** As far as the approval, which it gets after `prepare`. */
const beforeCutover =
  (prepare: (scene: Scene) => Promise<void>) =>
  async (scene: Scene): Promise<void> => {
    await scene.rig.when(at('approval'));
    await prepare(scene);
    await scene.rig.approve();
  };

/** Tests that run at the same time have no `expect.poll`. */
async function soon(reached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error('not reached in a minute');
    await delay(250);
  }
}

async function podsOf(rig: ClusterRig, slot: string): Promise<string[]> {
  const names = await rig.kubectl('get', 'pods', '-l', `app=api,version=${slot}`, '-o', 'name');
  return names.split('\n').filter((name) => name !== '');
}

/** Stable's pods are gone, and those that come in their place have no image. */
async function breakStable({ rig }: Scene): Promise<void> {
  const spec = {
    strategy: { type: 'Recreate', rollingUpdate: null },
    template: { spec: { containers: [{ name: 'api', image: 'nobody-has-this:1' }] } },
  };
  await rig.kubectl('patch', 'deployment', 'api-blue', '-p', JSON.stringify({ spec }));
  await soon(async () => {
    const running = ['--field-selector', 'status.phase=Running', '-o', 'name'];
    return (await rig.kubectl('get', 'pods', '-l', 'version=blue', ...running)) === '';
  });
}

/** One connection to the live slot on which requests never stop. */
async function endlessConnection({ rig }: Scene): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const url = await serviceUrl(inject('sandbox').kubeconfig, { namespace: rig.namespace, name: 'api-service' });
  const ask = (): void => {
    get(`${url}/api/items`, { agent }, (answer) => {
      answer.resume().once('close', () => setTimeout(ask, 200).unref());
    }).on('error', () => agent.destroy());
  };
  ask();
}

const finalizer = (finalizers: string[] | null): string => JSON.stringify({ metadata: { finalizers } });

export const cases: readonly Case[] = [
  {
    step: 'cutover',
    what: 'a candidate that has lost a pod',
    deadlineMs: 4_000,
    spec: { ...approved, replicas: 2, timeouts: { cutover: '4s', rollback: '30s' } },
    meanwhile: beforeCutover(async ({ rig }) => {
      await rig.kubectl('scale', 'deployment', 'api-green', '--replicas=1');
      await soon(async () => (await podsOf(rig, 'green')).length === 1);
    }),
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['timeouts.cutover (4s) is over', '1 of 2 ready'],
  },
  {
    step: 'soak',
    what: 'metrics that hang at its end',
    deadlineMs: 5_000,
    spec: { ...quiet, soak: { ...short.soak, duration: '5s', extension: '0s' } },
    meanwhile: async ({ rig, hang }) => {
      await rig.when(at('soak'));
      // In the middle of it.
      await delay(2_000);
      hang(metrics);
    },
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['soak.duration (5s, with an extension of 0s) is over and the soak has insufficient data'],
  },
  {
    step: 'teardown',
    what: 'a pod that will not go',
    deadlineMs: 6_000,
    spec: { ...approved, timeouts: { cutover: '30s', rollback: '30s', teardown: '6s' } },
    meanwhile: beforeCutover(async ({ rig }) => {
      const [pod = ''] = await podsOf(rig, 'blue');
      await rig.kubectl('patch', pod, '--type', 'merge', '-p', finalizer(['example.com/held']));
    }),
    after: async ({ rig }) => {
      for (const pod of await podsOf(rig, 'blue'))
        await rig.kubectl('patch', pod, '--type', 'merge', '-p', finalizer(null));
    },
    outcome: 'failed',
    exitCode: 1,
    traffic: 'green',
    says: ['timeouts.teardown (6s) is over', 'are left'],
  },
  {
    step: 'preflight',
    what: 'an API server that hangs',
    deadlineMs: 3_000,
    spec: { ...quiet, timeouts: { preflight: '3s' } },
    before: async ({ hang }) => hang(everything),
    outcome: 'failed',
    exitCode: 1,
    traffic: 'blue',
    says: ['timeouts.preflight (3s) is over and preflight of'],
  },
  {
    step: 'deploy',
    what: 'an image that nobody has',
    deadlineMs: 5_000,
    spec: { ...quiet, candidate: { image: 'nobody-has-this:2' }, timeouts: { deploy: '5s' } },
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['timeouts.deploy (5s) is over', '0 of 2 ready', 'nobody-has-this:2'],
  },
  {
    step: 'deploy',
    what: 'an API server that hangs',
    deadlineMs: 5_000,
    spec: { ...approved, timeouts: { deploy: '5s' } },
    before: async ({ hang }) => hang(isApply),
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['timeouts.deploy (5s) is over and deploy of'],
  },
  {
    step: 'warmUp',
    what: 'slow pods',
    deadlineMs: 4_000,
    spec: {
      ...quiet,
      candidate: { image: 'myapp:v2.0-slow' },
      warmUp: { required: true, requests: [{ path: '/api/items', count: 100 }] },
      timeouts: { warmUp: '4s' },
    },
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['timeouts.warmUp (4s) is over', 'to api-green failed', 'raise timeouts.warmUp'],
  },
  {
    step: 'smoke',
    what: 'a check that hangs',
    deadlineMs: 4_000,
    spec: {
      ...quiet,
      smoke: { checks: [{ name: 'reports', http: { path: '/reports', expect: { within: '1m' } } }] },
      timeouts: { smoke: '4s' },
    },
    before: async ({ hang }) => hang(({ path }) => path.includes('/reports')),
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['timeouts.smoke (4s) is over'],
  },
  {
    step: 'approval',
    what: 'nobody who gives it',
    deadlineMs: 2_000,
    spec: { ...quiet, approval: { required: true, timeout: '2s' } },
    outcome: 'approval-timed-out',
    exitCode: 6,
    traffic: 'blue',
    says: ['approval.timeout (2s) is over and nobody has approved'],
  },
  {
    step: 'cutover',
    what: 'a switch that hangs',
    deadlineMs: 4_000,
    spec: { ...approved, timeouts: { cutover: '4s', rollback: '30s' } },
    meanwhile: beforeCutover(async ({ hang }) => hang((request) => isSwitch(request, 'green'))),
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['timeouts.cutover (4s) is over and cutover of'],
  },
  {
    step: 'monitor',
    what: 'metrics that hang',
    deadlineMs: 5_000,
    spec: { ...quiet, monitor: { ...short.monitor, duration: '5s', extension: '0s' } },
    meanwhile: async ({ rig, hang }) => {
      await rig.when(at('monitor'));
      // In the middle of it.
      await delay(2_000);
      hang(metrics);
    },
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['monitor.duration (5s, with an extension of 0s) is over and the monitor has insufficient data'],
  },
  {
    step: 'monitor',
    what: 'an API server that hangs',
    deadlineMs: 5_000,
    spec: { ...quiet, monitor: { ...short.monitor, duration: '5s', extension: '0s' } },
    meanwhile: async ({ rig, hang }) => {
      await rig.when(at('monitor'));
      const until = Date.now() + 12_000;
      hang(() => Date.now() < until);
    },
    outcome: 'rolled-back',
    exitCode: 3,
    traffic: 'blue',
    says: ['monitor.duration (5s, with an extension of 0s) is over and the monitor has insufficient data'],
  },
  {
    step: 'rollback',
    what: 'a stable slot that cannot serve',
    deadlineMs: 5_000,
    spec: { ...quiet, retention: '5m', timeouts: { cutover: '30s', rollback: '5s' } },
    meanwhile: async (scene) => {
      await scene.rig.when(at('retention'));
      await breakStable(scene);
      await scene.rig.cutover('rollback', scene.rig.id, '--reason', 'drill');
    },
    outcome: 'rollback-failed',
    exitCode: 4,
    traffic: 'green',
    says: ['timeouts.rollback (5s) is over', 'has 0 ready pods of the 1 that rollback.minimumReady asks for'],
  },
  {
    step: 'drain',
    what: 'a connection that never ends',
    deadlineMs: 4_000,
    spec: { ...approved, drain: '4s' },
    meanwhile: beforeCutover(endlessConnection),
    outcome: 'finished',
    exitCode: 0,
    traffic: 'green',
    says: ['drain (4s) is over and it is not quiet yet'],
  },
];
