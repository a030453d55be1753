/** The preview Services `<app>-blue` and `<app>-green`: through them a slot is reached whether it is live or not. */
import type { V1Service } from '@kubernetes/client-node';
import { slotLabels, slotName, slots, type Slot } from '../domain/slot.ts';
import type { Json } from './api-server.ts';
import { apply } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { servicePath, type ProductionService } from './production.ts';

export const managedBy = { 'app.kubernetes.io/managed-by': 'cutover' } as const;

/** Creates both preview Services, or brings their ports into line with the production Service's. */
export async function applyPreviews(
  cluster: Cluster,
  { namespace, app }: { readonly namespace: string; readonly app: string },
  production: ProductionService,
): Promise<void> {
  await Promise.all(
    slots.map((slot) => {
      const path = servicePath({ namespace, service: slotName(app, slot) });
      return apply(cluster, path, previewManifest({ namespace, app, slot }, production));
    }),
  );
}

/** The Service of one slot: the production Service's ports, and nothing else of it. */
function previewManifest(
  { namespace, app, slot }: { readonly namespace: string; readonly app: string; readonly slot: Slot },
  production: Pick<ProductionService, 'object'>,
): Json<V1Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: slotName(app, slot), namespace, labels: { ...managedBy, app } },
    spec: {
      selector: slotLabels(app, slot),
      ports: (production.object.spec?.ports ?? []).map(({ name, port, protocol, targetPort, appProtocol }) => ({
        port,
        protocol: protocol ?? 'TCP',
        ...(name === undefined ? {} : { name }),
        ...(targetPort === undefined ? {} : { targetPort }),
        ...(appProtocol === undefined ? {} : { appProtocol }),
      })),
    },
  };
}
