/** EndpointSlices: one a Service, with the pods that it selects. */
import { isDeepStrictEqual } from 'node:util';
import type { V1Endpoint, V1EndpointSlice } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import type { Kinds } from '../api/kinds.ts';
import type { Registry } from '../api/registry.ts';
import { hasLabels } from '../api/selectors.ts';
import type { Change } from '../api/store.ts';
import { isServing } from '../objects.ts';
import type { After, Lag } from '../time.ts';
import { ownedBy } from './owners.ts';
import { partsOf, WorkQueue } from './work-queue.ts';

type Service = Kinds['services'];
type Pod = Kinds['pods'];

export const serviceNameLabel = 'kubernetes.io/service-name';
const manager = 'endpointslice-controller.k8s.io';

export class EndpointSlices {
  readonly #registry: Registry;
  readonly #queue: WorkQueue;
  readonly #beforeChange: () => void;

  constructor(registry: Registry, after: After, lag: Lag, beforeChange: () => void) {
    this.#registry = registry;
    this.#beforeChange = beforeChange;
    this.#queue = new WorkQueue(after, lag, (key) => this.#work(key));
  }

  seen({ resource, object, previous }: Change): void {
    const { namespace, name } = object.metadata;
    if (resource === 'services') this.#queue.add(`${namespace}/${name}`);
    if (resource !== 'pods') return;
    for (const service of this.#registry.store.list('services', namespace)) {
      const { selector = {} } = service.spec ?? {};
      if (hasLabels(object, selector) || (previous !== null && hasLabels(previous, selector))) {
        this.#queue.add(`${namespace}/${service.metadata.name}`);
      }
    }
  }

  #work(key: string): void {
    const [namespace, name] = partsOf(key);
    const { store } = this.#registry;
    const service = store.find('services', namespace, name);
    const selector = service?.spec?.selector;
    if (service === null || selector === undefined || Object.keys(selector).length === 0) return;
    const pods = store.list('pods', namespace).filter((pod) => hasLabels(pod, selector));
    const endpoints = pods.flatMap((pod) => endpointOf(service, pod));
    const wanted = { endpoints, ports: endpoints.length === 0 ? [] : portsOf(service, pods) };
    const live = store
      .list('endpointslices', namespace)
      .find(({ metadata }) => metadata.labels?.[serviceNameLabel] === name);
    if (live === undefined) {
      this.#create(service, wanted);
      return;
    }
    if (isDeepStrictEqual(live.endpoints, wanted.endpoints) && isDeepStrictEqual(live.ports, wanted.ports)) return;
    this.#beforeChange();
    store.put('endpointslices', { ...live, ...wanted });
  }

  #create(service: Service, wanted: Pick<Json<V1EndpointSlice>, 'endpoints' | 'ports'>): void {
    const { name, namespace } = service.metadata;
    const labels = { [serviceNameLabel]: name, 'endpointslice.kubernetes.io/managed-by': manager };
    const metadata = { generateName: `${name}-`, labels, ownerReferences: [ownedBy('services', service)] };
    this.#beforeChange();
    this.#registry.create('endpointslices', namespace, { addressType: 'IPv4', metadata, ...wanted }, { manager });
  }
}

/** Nothing for a pod that has no address yet, or has ended. */
function endpointOf({ spec }: Service, pod: Pod): Json<V1Endpoint>[] {
  const { metadata, status } = pod;
  if (status?.podIP === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return [];
  const terminating = metadata.deletionTimestamp !== undefined;
  const serving = isServing(pod);
  const { name, namespace, uid } = metadata;
  return [
    {
      addresses: [status.podIP],
      conditions: {
        ready: spec?.publishNotReadyAddresses === true || (serving && !terminating),
        serving,
        terminating,
      },
      nodeName: pod.spec?.nodeName ?? '',
      targetRef: { kind: 'Pod', name, namespace, uid },
    },
  ];
}

/** Named target ports are looked up in the first pod that has them. */
function portsOf({ spec }: Service, pods: readonly Pod[]): NonNullable<Json<V1EndpointSlice>['ports']> {
  const declared = pods.flatMap((pod) => pod.spec?.containers ?? []).flatMap(({ ports }) => ports ?? []);
  return (spec?.ports ?? []).flatMap(({ name = '', protocol = 'TCP', targetPort, port: own }) => {
    const port =
      typeof targetPort === 'string'
        ? declared.find((one) => one.name === targetPort)?.containerPort
        : (targetPort ?? own);
    return port === undefined ? [] : [{ name, protocol, port }];
  });
}
