/** Selectors, EndpointSlices, switches with their fences, and watches. */
import { claim } from '../../../../src/kubernetes/claim.ts';
import { waitForEndpoints } from '../../../../src/kubernetes/endpoints.ts';
import { Collection, follow } from '../../../../src/kubernetes/follow.ts';
import { readProduction } from '../../../../src/kubernetes/production.ts';
import { makeSwitch, type Switch } from '../../../../src/kubernetes/switch.ts';
import type { Kinds } from '../api/kinds.ts';
import { deployment, labelsOf, service } from './objects.ts';
import { outcome, type Script, type Side } from './side.ts';

const slices = { labelSelector: 'kubernetes.io/service-name=api-service' };

/** The pods behind the Service, by their version and conditions, once there are so many. */
async function endpoints(side: Side, wanted: (found: readonly string[]) => boolean): Promise<unknown> {
  const { body } = await side.send<{ items: Kinds['pods'][] }>('GET', side.path('pods'));
  const versions = new Map(body.items.map(({ metadata }) => [metadata.uid, metadata.labels?.['version'] ?? '']));
  return side.when('endpointslices', slices, (found) => {
    const all = found.flatMap((slice) => slice.endpoints ?? []);
    const told = all.map(({ targetRef, conditions }) => {
      const { ready, serving, terminating } = conditions ?? {};
      return `${versions.get(targetRef?.uid ?? '') ?? 'unknown'} ${JSON.stringify({ ready, serving, terminating })}`;
    });
    const ports = found.map((slice) => slice.ports ?? []);
    return found.length > 0 && wanted(told) ? { endpoints: told.sort(), ports } : null;
  });
}

const all = (version: string, count: number) => (found: readonly string[]) =>
  found.length === count && found.every((one) => one.startsWith(`${version} {"ready":true`));

async function bothSlots(side: Side): Promise<void> {
  await side.create('services', service());
  await side.create('deployments', deployment('blue'));
  await side.create('deployments', deployment('green', { replicas: 1 }));
  await side.when('deployments', {}, (found) => {
    const available = found.map(({ status }) => status?.availableReplicas ?? 0);
    return available.reduce((sum, one) => sum + one, 0) === 3 ? true : null;
  });
}

/** How a promise ended, by the kind of its failure. */
async function ending(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    const { failure, name } = error as { failure?: string; name: string };
    return { failed: failure ?? name };
  }
}

/** The events of a watch until `enough` of them are there. */
async function watched(side: Side, query: object, enough: number, act: () => Promise<unknown>): Promise<string[]> {
  const listed = await side.send<{ metadata: { resourceVersion: string } }>('GET', side.path('services'), {
    query: { ...query },
  });
  const stop = new AbortController();
  const { resourceVersion } = listed.body.metadata;
  const response = await side.cluster.api.open({
    path: side.path('services'),
    query: { ...query, watch: true, resourceVersion, timeoutSeconds: 20 },
    timeoutMs: null,
    signal: stop.signal,
  });
  await act();
  const events: string[] = [];
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    events.push(...lines.map(eventSeen));
    if (events.length >= enough) break;
  }
  stop.abort();
  return events;
}

function eventSeen(line: string): string {
  const { type, object } = JSON.parse(line) as { type: string; object: Kinds['services'] };
  return `${type} ${object.metadata.name} ${object.spec?.selector?.['version'] ?? ''}`;
}

const toVersion = (value: string) => [{ op: 'replace', path: '/spec/selector/version', value }];

const ready = (): Promise<void> => Promise.resolve();
const labelled = (value: string) => ({ metadata: { labels: { seen: value } } });

export const traffic: Readonly<Record<string, Script>> = {
  'follows a selector: all pods of one slot, then all of the other, then none': async (side) => {
    await bothSlots(side);
    const seen = [await endpoints(side, all('blue', 2))];
    await side.patch('services', 'api-service', toVersion('green'));
    seen.push(await endpoints(side, all('green', 1)));
    await side.patch('services', 'api-service', toVersion('none'));
    seen.push(await endpoints(side, (found) => found.length === 0));
    await side.patch('services', 'api-service', [{ op: 'remove', path: '/spec/selector/version' }]);
    seen.push(
      await endpoints(side, (found) => found.length === 3 && found.every((one) => one.includes('"ready":true'))),
    );
    return seen;
  },

  'keeps pods that are not ready, and those that end, out of what is ready': async (side) => {
    await side.create('services', service(labelsOf('green')));
    const command = ['sh', '-c', 'trap "" TERM; while true; do sleep 0.1; done'];
    await side.create('deployments', deployment('green', { replicas: 1, image: 'busybox:unready', command }));
    const running = ['green'];
    await side.when('pods', { labelSelector: 'version=green' }, ([pod]) =>
      pod?.status?.podIP === undefined ? null : true,
    );
    const unready = await endpoints(
      side,
      (found) => found.length === 1 && found.every((one) => one.startsWith('green')),
    );
    await side.remove('deployments', 'api-green', { propagationPolicy: 'Background' });
    const ended = await endpoints(side, (found) => found.length === 0);
    return [running, unready, ended];
  },

  'claims, switches, refuses a late switch and adopts a repeated one, as the product does it': async (side) => {
    await bothSlots(side);
    const { cluster, namespace } = side;
    const claimed = { namespace, service: 'api-service', app: 'api', runId: 'run', stableSlot: 'blue' } as const;
    const fences = [await claim(cluster, claimed), await claim(cluster, claimed)];
    const wanted: Switch = {
      ...{ namespace, service: 'api-service', app: 'api', runId: 'run', from: 'blue', to: 'green', release: false },
      fence: 2,
      nextFence: 3,
    };
    const made = await makeSwitch(cluster, wanted, ready);
    const again = await makeSwitch(cluster, wanted, ready);
    const late = await ending(makeSwitch(cluster, { ...wanted, runId: 'other', to: 'blue', from: 'green' }, ready));
    const verified = await waitForEndpoints(
      cluster,
      { namespace, service: 'api-service' },
      { namespace, app: 'api', slot: 'green' },
      { timeoutMs: 20_000, signal: new AbortController().signal },
    );
    const { selector, fence, switched } = await readProduction(cluster, { namespace, service: 'api-service' });
    const switches = [made, again].map(({ fence: now, adopted }) => ({ now, adopted }));
    return [fences, switches, late, verified, selector, fence, switched?.to];
  },

  'switches nothing when the Service changes between the look and the patch': async (side) => {
    await side.create('services', service());
    const { cluster, namespace } = side;
    const wanted: Switch = {
      ...{ namespace, service: 'api-service', app: 'api', runId: 'run', from: 'blue', to: 'green', release: false },
      fence: 1,
      nextFence: 2,
    };
    const meddle = async (): Promise<void> => {
      await side.patch('services', 'api-service', { metadata: { annotations: { 'cutover.dev/fence': '9' } } }, 'merge');
    };
    const switched = await ending(makeSwitch(cluster, wanted, meddle));
    return [switched, (await readProduction(cluster, { namespace, service: 'api-service' })).selector];
  },

  'tells a watch of changes in their order': (side) =>
    watched(side, {}, 5, async () => {
      await side.create('services', service());
      await side.patch('services', 'api-service', toVersion('green'));
      await side.patch('services', 'api-service', toVersion('blue'));
      await side.create('services', service(labelsOf('blue'), 'another'));
      await side.remove('services', 'api-service');
    }),

  'tells a watch by name or label only of what it selects, as it comes and goes': async (side) => {
    const byLabel = await watched(side, { labelSelector: 'seen=yes' }, 4, async () => {
      await side.create('services', service());
      await side.patch('services', 'api-service', labelled('yes'), 'merge');
      await side.patch('services', 'api-service', toVersion('green'));
      await side.patch('services', 'api-service', labelled('no'), 'merge');
      await side.patch('services', 'api-service', labelled('yes'), 'merge');
    });
    const byName = await watched(side, { fieldSelector: 'metadata.name=another' }, 2, async () => {
      await side.patch('services', 'api-service', toVersion('blue'));
      await side.create('services', service(labelsOf('blue'), 'another'));
      await side.remove('services', 'another');
    });
    return [byLabel, byName];
  },

  'tells a follower everything, though it was stopped and went on': async (side) => {
    await side.create('services', service());
    const collection = new Collection({
      path: side.path('services'),
      read: (object: Kinds['services']) => object.spec?.selector,
    });
    for (const version of ['green', 'blue', 'none']) {
      await side.patch('services', 'api-service', toVersion(version));
      const stop = new AbortController();
      const sees = (): void => {
        if (JSON.stringify(collection.items).includes(version)) stop.abort();
      };
      await follow(side.cluster, collection, { signal: stop.signal, changed: sees, trouble: () => undefined });
    }
    return collection.items;
  },

  'gives pages of a list, and says that there is more': async (side) => {
    await side.create('services', service(labelsOf('blue'), 'b'));
    await side.create('services', service(labelsOf('blue'), 'a'));
    const list = { items: [] as Kinds['services'][], metadata: { continue: '' as string | undefined } };
    const page = await side.send<typeof list>('GET', side.path('services'), { query: { limit: 1 } });
    const whole = await side.send<typeof list>('GET', side.path('services'), { query: { limit: 2 } });
    return [page, whole].map(({ body }) => [
      body.items.map(({ metadata }) => metadata.name),
      (body.metadata.continue ?? '') !== '',
    ]);
  },

  'selects by labels in every way that the product writes': async (side) => {
    const names = async (labelSelector: string): Promise<unknown> => {
      const { body } = await side.send<{ items: Kinds['services'][] }>('GET', side.path('services'), {
        query: { labelSelector },
      });
      return body.items.map(({ metadata }) => metadata.name);
    };
    for (const [name, labels] of Object.entries({ a: { app: 'api', version: 'blue' }, b: { app: 'api' }, c: {} })) {
      await side.create('services', {
        metadata: { name, labels },
        spec: { selector: { app: 'api' }, ports: [{ port: 80 }] },
      });
    }
    const selectors = ['app=api', 'app=api,version=blue', 'version=green', 'version', '!version', 'version!=blue'];
    return Promise.all(selectors.map(names));
  },

  'gives Events names of their own': async (side) => {
    const event = (name: string) => ({
      metadata: { generateName: `${name}.`, namespace: side.namespace },
      involvedObject: { kind: 'Service', name, namespace: side.namespace },
      reason: 'CutOver',
      message: 'x',
      type: 'Normal',
    });
    const made = [await side.create('events', event('a')), await side.create('events', event('a'))];
    const [first, second] = made.map(({ body }) => body.metadata.name);
    return [made.map(outcome), first?.startsWith('a.'), first !== second];
  },

  'lists Events by their type': async (side) => {
    const event = (name: string, type: string) => ({
      metadata: { name, namespace: side.namespace },
      involvedObject: { kind: 'Pod', name, namespace: side.namespace },
      reason: 'Unhealthy',
      message: 'x',
      type,
    });
    for (const [name, type] of [
      ['w', 'Warning'],
      ['n', 'Normal'],
    ] as const)
      await side.create('events', event(name, type));
    const query = { fieldSelector: 'type=Warning', limit: 500 };
    const listed = await side.send<{ items?: { metadata: { name: string } }[] }>('GET', side.path('events'), { query });
    return [listed.status, listed.body.items?.map(({ metadata }) => metadata.name)];
  },
};
