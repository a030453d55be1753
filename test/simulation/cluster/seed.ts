/** The cluster in which a deployment begins: a namespace, the live slot, and the production Service that selects it. */
import { slotLabels, slotName, type Slot } from '../../../src/domain/slot.ts';
import type { NewObject } from './by-hand.ts';
import type { ModelCluster } from './model-cluster.ts';

export interface Seed {
  readonly namespace: string;
  readonly app: string;
  readonly service: string;
  /** null for a first deployment: then there are only the namespace and the Service. */
  readonly slot: Slot | null;
  readonly replicas: number;
  readonly image: string;
}

/** Makes it; all pods are ready then, and no time has passed. */
export function seedStable(model: ModelCluster, seed: Seed): void {
  const { namespace, app, service, slot } = seed;
  model.byHand.create('namespaces', '', { metadata: { name: namespace } });
  if (slot !== null) model.byHand.create('deployments', namespace, deploymentOf(seed, slot));
  model.byHand.create('services', namespace, {
    metadata: { name: service },
    spec: { selector: slotLabels(app, slot ?? 'blue'), ports: [{ port: 80, targetPort: 8_080 }] },
  });
  model.settle(namespace);
}

function deploymentOf({ app, replicas, image }: Seed, slot: Slot): NewObject {
  const labels = slotLabels(app, slot);
  const container = {
    name: app,
    image,
    ports: [{ containerPort: 8_080 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 8_080 } },
  };
  return {
    metadata: { name: slotName(app, slot), labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}
