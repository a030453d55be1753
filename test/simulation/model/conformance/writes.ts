/** Creating, changing and deleting, and all that is refused. */
import { labelsOf, deployment, deploymentSeen, service, serviceSeen } from './objects.ts';
import { outcome, type Answered, type Script } from './side.ts';

const test = (path: string, value: unknown) => ({ op: 'test', path, value });
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
const deployments = { apiVersion: 'apps/v1', kind: 'Deployment' };
const fence = '/metadata/annotations/cutover.dev~1fence';
const version = '/spec/selector/version';

export const writes: Readonly<Record<string, Script>> = {
  'reads and lists what is not there': async (side) => [
    outcome(await side.get('services', 'api-service')),
    outcome(await side.get('deployments', 'api-blue')),
    outcome(await side.send('GET', '/api/v1/namespaces/no-such-namespace')),
    (await side.send<{ items: unknown[] }>('GET', side.path('pods'))).body.items.length,
    outcome(await side.send('GET', `/apis/apps/v1/namespaces/${side.namespace}/nothings`)),
  ],

  'creates once': async (side) => {
    const created = await side.create('services', service());
    const again = await side.create('services', service());
    return [created.status, serviceSeen(created.body), outcome(again)];
  },

  'creates nothing in a namespace that is not there': async (side) =>
    outcome(await side.send('POST', '/api/v1/namespaces/no-such-namespace/services', { body: service() })),

  'applies a JSON patch whose tests hold, and keeps the version when nothing changes': async (side) => {
    const before = (await side.create('services', service())).body;
    const { resourceVersion } = before.metadata;
    const patched = await side.patch('services', 'api-service', [
      test(fence, '1'),
      test(version, 'blue'),
      test('/metadata/resourceVersion', resourceVersion),
      replace(version, 'green'),
      replace(fence, '2'),
      { op: 'add', path: '/metadata/annotations/cutover.dev~1owner', value: 'default/api/run' },
    ]);
    const idle = await side.patch('services', 'api-service', [test(version, 'green'), replace(version, 'green')]);
    return [
      patched.status,
      serviceSeen(patched.body),
      patched.body.metadata.resourceVersion === resourceVersion,
      idle.body.metadata.resourceVersion === patched.body.metadata.resourceVersion,
    ];
  },

  'does none of a JSON patch of which one operation cannot be done': async (side) => {
    const { resourceVersion } = (await side.create('services', service())).body.metadata;
    const patches: unknown[] = [
      [replace(version, 'green'), test(fence, '2')],
      [test('/metadata/annotations/absent', '1'), replace(version, 'green')],
      [test('/metadata/resourceVersion', '1'), replace(version, 'green')],
      [replace(version, 'green'), { op: 'remove', path: '/metadata/annotations/absent' }],
      [replace(version, 'green'), { op: 'remove', path: '/absent/annotations' }],
      [replace(version, 'green'), replace('/absent/annotations', '1')],
      [replace(version, 'green'), replace('/spec/ports/7', { port: 81 })],
      [replace(version, 'green'), { op: 'add', path: '/absent/annotations/a', value: '1' }],
      [replace('/spec/ports', [])],
      { op: 'test' },
    ];
    const answers: Answered[] = [];
    for (const patch of patches) answers.push(outcome(await side.patch('services', 'api-service', patch)));
    const after = (await side.get('services', 'api-service')).body;
    return [answers, after.metadata.resourceVersion === resourceVersion, serviceSeen(after)];
  },

  'replaces a key that is not there': async (side) => {
    await side.create('services', service());
    const { status, body } = await side.patch('services', 'api-service', [
      replace('/metadata/annotations/absent', '1'),
    ]);
    return [status, serviceSeen(body)];
  },

  'adds annotations where there are none only to a map that is there': async (side) => {
    await side.create('services', { ...service(), metadata: { name: 'api-service' } });
    const add = { op: 'add', path: fence, value: '1' };
    const without = outcome(await side.patch('services', 'api-service', [add]));
    const map = { op: 'add', path: '/metadata/annotations', value: {} };
    const made = await side.patch('services', 'api-service', [map, add]);
    return [without, made.status, serviceSeen(made.body)];
  },

  'patches and replaces nothing that is not there': async (side) => [
    outcome(await side.patch('services', 'api-service', [])),
    outcome(await side.patch('services', 'api-service', {}, 'merge')),
    outcome(await side.replace('deployments', 'api-blue', { ...deployments, ...deployment('blue', { replicas: 0 }) })),
    outcome(await side.remove('services', 'api-service')),
    outcome(await side.replace('services', 'api-service', { apiVersion: 'v1', kind: 'Service', ...service() })),
  ],

  'replaces the version that it was made from, and no other': async (side) => {
    const first = (await side.create('services', service())).body;
    const changed = { ...first, spec: { ...first.spec, selector: labelsOf('green') } };
    const replaced = await side.replace('services', 'api-service', changed);
    const stale = await side.replace('services', 'api-service', changed);
    const { uid: _uid, ...metadata } = replaced.body.metadata;
    const other = { ...changed, metadata: { ...metadata, uid: '00000000-0000-0000-0000-000000000000' } };
    const foreign = await side.replace('services', 'api-service', other);
    return [replaced.status, serviceSeen(replaced.body), outcome(stale), outcome(foreign)];
  },

  'takes labels and annotations away by a merge patch': async (side) => {
    await side.create('services', service());
    const changed = { metadata: { annotations: { 'cutover.dev/fence': null, note: 'x' }, labels: { a: 'b' } } };
    const patched = await side.patch('services', 'api-service', changed, 'merge');
    const selector = { spec: { selector: { version: null, tier: 'web' } } };
    const selected = await side.patch('services', 'api-service', selector, 'merge');
    return [serviceSeen(patched.body), serviceSeen(selected.body)];
  },

  'deletes exactly what was looked at': async (side) => {
    const { uid, resourceVersion } = (await side.create('services', service())).body.metadata;
    const otherUid = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
    const refused = [
      outcome(await side.remove('services', 'api-service', otherUid)),
      outcome(await side.remove('services', 'api-service', { preconditions: { uid, resourceVersion: '1' } })),
    ];
    const removed = await side.remove('services', 'api-service', { preconditions: { uid, resourceVersion } });
    return [refused, outcome(removed), outcome(await side.get('services', 'api-service'))];
  },

  'refuses Deployments that cannot be': async (side) => {
    const good = deployment('blue', { replicas: 0 }) as { metadata: object; spec: { template: object } };
    const bad: object[] = [
      { ...good, spec: { ...good.spec, selector: { matchLabels: labelsOf('green') } } },
      { ...good, spec: { ...good.spec, selector: {} } },
      { ...good, spec: { ...good.spec, replicas: -1 } },
      { ...good, spec: { ...good.spec, template: { ...good.spec.template, spec: { containers: [] } } } },
      { ...good, spec: { ...good.spec, template: { ...good.spec.template, spec: { containers: [{ name: 'api' }] } } } },
      { ...good, metadata: { name: 'Not A Name' } },
    ];
    const answers: Answered[] = [];
    for (const object of bad) answers.push(outcome(await side.create('deployments', object)));
    return answers;
  },

  'raises the generation of a Deployment with its spec and its annotations': async (side) => {
    const created = (await side.create('deployments', deployment('blue', { replicas: 0 }))).body;
    const change = async (patch: object): Promise<unknown> => {
      const { status, reason, body } = await side.patch('deployments', 'api-blue', patch, 'merge');
      return reason === null ? deploymentSeen(body) : { status, reason };
    };
    return [
      deploymentSeen(created),
      await change({ metadata: { labels: { a: 'b' } } }),
      await change({ metadata: { annotations: { a: 'b' } } }),
      await change({ spec: { minReadySeconds: 3 } }),
      await change({ spec: { selector: { matchLabels: labelsOf('green') } } }),
    ];
  },
};
