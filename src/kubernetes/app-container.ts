/** Which container of a pod is the application's. */
import type { V1Deployment } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';

/** As kubectl has it. */
const defaultContainer = 'kubectl.kubernetes.io/default-container';

/** The one that is named, or that the Deployment says is the default, or the first. null where there is no Deployment. */
export function appContainer(deployment: Json<V1Deployment> | null, named: string | undefined): string | null {
  if (named !== undefined) return named;
  const template = deployment?.spec?.template;
  return template?.metadata?.annotations?.[defaultContainer] ?? template?.spec?.containers[0]?.name ?? null;
}
