/** Pods that come, get ready, fail and go, as the product sees them. */
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import { viewPod } from '../../../../src/kubernetes/pod.ts';
import type { Kinds } from '../api/kinds.ts';
import { deployment, deploymentSeen } from './objects.ts';
import { outcome, type Script, type Side } from './side.ts';
import type { V1Pod } from '@kubernetes/client-node';

const only = (name: string) => ({ fieldSelector: `metadata.name=${name}` });
const pods = (version: string) => ({ labelSelector: `app=api,version=${version}` });

/** The status of a Deployment, once it has come to rest with so many available pods. */
function rolledOut(side: Side, name: string, available: number): Promise<object> {
  return side.when('deployments', only(name), ([found]) => {
    const {
      observedGeneration = 0,
      replicas = 0,
      updatedReplicas = 0,
      readyReplicas = 0,
      availableReplicas = 0,
    } = found?.status ?? {};
    if (observedGeneration < (found?.metadata.generation ?? 1)) return null;
    if (replicas !== available || updatedReplicas !== available || availableReplicas !== available) return null;
    return { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas };
  });
}

async function podsSeen(side: Side, version: string): Promise<object[]> {
  const { body } = await side.send<{ items: Json<V1Pod>[] }>('GET', side.path('pods'), { query: pods(version) });
  return body.items.map((pod) => {
    const { ready, terminating, restarts, problem, readySince, ip, imageDigests, ports } = viewPod(pod);
    return {
      ...{ ready, terminating, restarts, problem, ports },
      hasAddress: ip !== null,
      isReadySince: readySince !== null,
      digests: imageDigests.length,
      phase: pod.status?.phase,
      owner: pod.metadata?.ownerReferences?.map(({ kind, controller }) => ({ kind, controller })),
    };
  });
}

async function restsWith(side: Side, version: string, count: number): Promise<void> {
  await side.when('pods', pods(version), (found) => (found.length === count ? true : null));
}

/** As the product deletes a slot. */
async function removeExactly(side: Side, name: string, propagationPolicy: string): Promise<unknown> {
  for (;;) {
    const { uid, resourceVersion } = (await side.get('deployments', name)).body.metadata;
    const removed = await side.remove('deployments', name, {
      preconditions: { uid, resourceVersion },
      propagationPolicy,
    });
    // Its controller writes its status now and then.
    if (removed.reason !== 'Conflict') return outcome(removed);
  }
}

async function gone(side: Side, name: string): Promise<void> {
  await side.when('deployments', only(name), (found) => (found.length === 0 ? true : null));
}

export const rollouts: Readonly<Record<string, Script>> = {
  'rolls a Deployment out, scales it up and down and to zero': async (side) => {
    await side.create('deployments', deployment('blue'));
    const first = [await rolledOut(side, 'api-blue', 2), await podsSeen(side, 'blue')];
    const scaled: unknown[] = [];
    for (const replicas of [3, 1, 0]) {
      await side.patch('deployments', 'api-blue', [{ op: 'add', path: '/spec/replicas', value: replicas }]);
      scaled.push(await rolledOut(side, 'api-blue', replicas));
      await restsWith(side, 'blue', replicas);
    }
    return [first, scaled, deploymentSeen((await side.get('deployments', 'api-blue')).body)];
  },

  'rolls from one template to the next': async (side) => {
    await side.create('deployments', deployment('blue'));
    await rolledOut(side, 'api-blue', 2);
    const path = '/spec/template/spec/containers/0/image';
    await side.patch('deployments', 'api-blue', [{ op: 'replace', path, value: 'myapp:v1.1' }]);
    const status = await rolledOut(side, 'api-blue', 2);
    await restsWith(side, 'blue', 2);
    const { body } = await side.send<{ items: Kinds['pods'][] }>('GET', side.path('pods'), { query: pods('blue') });
    return [status, body.items.map(({ spec }) => spec?.containers[0]?.image)];
  },

  'counts pods as available only after minReadySeconds': async (side) => {
    await side.create('deployments', deployment('blue', { replicas: 1, minReadySeconds: 3 }));
    const readyOnly = await side.when('deployments', only('api-blue'), ([found]) =>
      found?.status?.readyReplicas === 1 ? (found.status.availableReplicas ?? 0) : null,
    );
    return [readyOnly, await rolledOut(side, 'api-blue', 1)];
  },

  'says why a pod does not run: its image': async (side) => {
    await side.create('deployments', deployment('green', { replicas: 1, image: 'nowhere:v1' }));
    const reason = await side.when('pods', pods('green'), ([pod]) => {
      const problem = pod === undefined ? null : viewPod(pod as unknown as Json<V1Pod>).problem;
      return problem?.reason === 'ImagePullBackOff' ? { ...problem, message: '' } : null;
    });
    return [reason, outcome(await side.send('GET', `${side.path('pods', 'nothing')}/log`))];
  },

  'says why a pod does not run: it crashes': async (side) => {
    const crashing = { replicas: 1, image: 'busybox:crash', command: ['sh', '-c', 'echo no database; exit 1'] };
    await side.create('deployments', deployment('green', crashing));
    const seen = await side.when('pods', pods('green'), ([pod]) => {
      const view = pod === undefined ? null : viewPod(pod as unknown as Json<V1Pod>);
      const { problem = null, restarts = 0, name = '' } = view ?? {};
      return problem?.reason === 'CrashLoopBackOff' && restarts === 1
        ? { problem: { ...problem, message: '' }, restarts, name }
        : null;
    });
    const logs = [];
    const hourAgo = { timestamps: true, sinceSeconds: 3_600, tailLines: 10, limitBytes: 1_000 };
    const tomorrow = { timestamps: true, sinceTime: new Date(Date.now() + 86_400_000).toISOString() };
    for (const previous of [true, false]) {
      for (const part of [{ tailLines: 10 }, { limitBytes: 4 }, hourAgo, tomorrow]) {
        const query = { container: 'api', previous, ...part };
        const { status, body } = await side.send('GET', `${side.path('pods', seen.name)}/log`, { query });
        logs.push({ status, body: typeof body === 'string' ? body.replace(/^20[\d-]+T[\d:.]+Z/, 'then') : body });
      }
    }
    return [seen.problem, seen.restarts, logs];
  },

  'deletes in the foreground: the pods first, then the Deployment': async (side) => {
    await side.create('deployments', deployment('blue'));
    await rolledOut(side, 'api-blue', 2);
    const stale = await side.remove('deployments', 'api-blue', { preconditions: { resourceVersion: '1' } });
    const removed = await removeExactly(side, 'api-blue', 'Foreground');
    const left = await side.get('deployments', 'api-blue');
    const { deletionTimestamp, finalizers } = left.body.metadata;
    const created = outcome(await side.create('deployments', deployment('blue')));
    const present: number[] = [];
    await side.when('deployments', only('api-blue'), (found) => (found.length === 0 ? true : null));
    present.push((await podsSeen(side, 'blue')).length);
    return [outcome(stale), removed, deletionTimestamp !== undefined, finalizers, created, present];
  },

  'deletes in the background: the Deployment first, then the pods': async (side) => {
    await side.create('deployments', deployment('blue'));
    await rolledOut(side, 'api-blue', 2);
    const removed = await removeExactly(side, 'api-blue', 'Background');
    const left = outcome(await side.get('deployments', 'api-blue'));
    await restsWith(side, 'blue', 0);
    return [removed, left];
  },

  'leaves the pods of a Deployment that is deleted as an orphan': async (side) => {
    await side.create('deployments', deployment('blue', { replicas: 1 }));
    await rolledOut(side, 'api-blue', 1);
    const removed = await removeExactly(side, 'api-blue', 'Orphan');
    await gone(side, 'api-blue');
    return [removed, await podsSeen(side, 'blue')];
  },

  'makes a pod anew that somebody deletes': async (side) => {
    await side.create('deployments', deployment('blue', { replicas: 1 }));
    await rolledOut(side, 'api-blue', 1);
    const first = await side.when('pods', pods('blue'), ([pod]) => pod?.metadata ?? null);
    const removed = outcome(await side.remove('pods', first.name));
    const isOther = (pod: Kinds['pods']): boolean => pod.metadata.uid !== first.uid;
    await side.when('pods', pods('blue'), (found) => (found.length === 1 && found.every(isOther) ? true : null));
    return [removed, await rolledOut(side, 'api-blue', 1)];
  },

  'says that a quota has no room for more pods': async (side) => {
    await side.create('resourcequotas', { metadata: { name: 'small' }, spec: { hard: { pods: '1' } } });
    await side.create('deployments', deployment('blue', { replicas: 2 }));
    const failure = await side.when('deployments', only('api-blue'), ([found]) => {
      const condition = found?.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
      if (condition === undefined || found?.status?.availableReplicas !== 1) return null;
      const { status, reason, message = '' } = condition;
      return { status, reason, says: message.includes('exceeded quota: small'), replicas: found.status.replicas };
    });
    await side.when('resourcequotas', {}, ([quota]) => (quota?.status?.used?.['pods'] === '1' ? true : null));
    return failure;
  },

  'refuses a Service for which a quota has no room': async (side) => {
    await side.create('resourcequotas', { metadata: { name: 'small' }, spec: { hard: { services: '0' } } });
    await side.when('resourcequotas', {}, ([quota]) => (quota?.status?.hard?.['services'] === '0' ? true : null));
    const spec = { selector: { app: 'api' }, ports: [{ port: 80 }] };
    return outcome(await side.apply('services', 'api-blue', { metadata: { name: 'api-blue' }, spec }));
  },
};
