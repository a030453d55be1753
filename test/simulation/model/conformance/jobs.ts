/** Jobs, as the smoke checks run them. */
import type { Script, Side } from './side.ts';
import { outcome } from './side.ts';

const only = (name: string) => ({ fieldSelector: `metadata.name=${name}` });

function job(name: string, image: string, script: string, spec: object = {}): object {
  const containers = [{ name: 'check', image, command: ['sh', '-c', script] }];
  return {
    metadata: { name, labels: { 'cutover.dev/deployment': 'run' } },
    spec: {
      backoffLimit: 0,
      ...spec,
      template: { metadata: { labels: { check: name } }, spec: { restartPolicy: 'Never', containers } },
    },
  };
}

function ended(side: Side, name: string): Promise<object> {
  return side.when('jobs', only(name), ([found]) => {
    const condition = found?.status?.conditions?.find(
      ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
    );
    return condition === undefined ? null : { type: condition.type, reason: condition.reason };
  });
}

export const jobs: Readonly<Record<string, Script>> = {
  'runs a Job to its end, keeps its log, and removes it with its pods': async (side) => {
    const created = outcome(await side.create('jobs', job('good', 'busybox:good', 'echo all is well')));
    const again = outcome(await side.create('jobs', job('good', 'busybox:good', 'echo all is well')));
    const end = await ended(side, 'good');
    const pods = { labelSelector: 'job-name=good' };
    const pod = await side.when('pods', pods, ([found]) => (found?.status?.phase === 'Succeeded' ? found : null));
    const log = await side.cluster.core.readNamespacedPodLog({
      ...{ name: pod.metadata.name, namespace: side.namespace, container: 'check', tailLines: 10 },
    });
    await side.cluster.batch.deleteNamespacedJob({
      name: 'good',
      namespace: side.namespace,
      propagationPolicy: 'Background',
    });
    await side.when('pods', pods, (found) => (found.length === 0 ? true : null));
    return [created, again, end, log, outcome(await side.get('jobs', 'good'))];
  },

  'fails a Job whose pod fails': async (side) => {
    await side.create('jobs', job('bad', 'busybox:bad', 'exit 1'));
    const end = await ended(side, 'bad');
    const pods = await side.when('pods', { labelSelector: 'job-name=bad' }, (found) =>
      found.length > 0 ? found : null,
    );
    return [
      end,
      pods.map(({ status }) => [status?.phase, status?.containerStatuses?.[0]?.state?.terminated?.exitCode]),
    ];
  },

  'ends a Job whose time is over': async (side) => {
    await side.create('jobs', job('long', 'busybox:long', 'sleep 60', { activeDeadlineSeconds: 1 }));
    return ended(side, 'long');
  },

  'deletes all Jobs with a label': async (side) => {
    await side.create('jobs', job('one', 'busybox:good', 'true'));
    await side.create('jobs', job('two', 'busybox:good', 'true'));
    await Promise.all(['one', 'two'].map((name) => ended(side, name)));
    const query = { labelSelector: 'cutover.dev/deployment=run', propagationPolicy: 'Background' };
    const removed = outcome(await side.send('DELETE', side.path('jobs'), { query }));
    await side.when('jobs', {}, (found) => (found.length === 0 ? true : null));
    await side.when('pods', {}, (found) => (found.length === 0 ? true : null));
    return removed;
  },

  'refuses a Job whose pods would be started again for ever': async (side) => {
    const forever = { template: { spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'busybox' }] } } };
    return outcome(await side.create('jobs', { metadata: { name: 'bad' }, spec: forever }));
  },
};
