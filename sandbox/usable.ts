import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

/**
 * Waits until pods can be created and scheduled: the controllers have made the default service account and found the
 * node ready. Rejects with what is missing after `timeoutMs`.
 */
export async function usable(config: KubeConfig, signal: AbortSignal, timeoutMs = 30_000): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const missing = await whatIsMissing(core).catch((error: unknown) => String(error));
    if (missing === null) return;
    if (Date.now() > deadline) throw new Error(`the cluster is not usable after ${timeoutMs / 1_000} s: ${missing}`);
    await delay(50, undefined, { signal });
  }
}

async function whatIsMissing(core: CoreV1Api): Promise<string | null> {
  const [accounts, nodes] = await Promise.all([
    core.listNamespacedServiceAccount({ namespace: 'default' }),
    core.listNode(),
  ]);
  if (!accounts.items.some(({ metadata }) => metadata?.name === 'default')) return 'no service account default/default';
  const open = nodes.items.some(
    ({ spec, status }) =>
      status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true &&
      !spec?.taints?.some(({ effect }) => effect !== 'PreferNoSchedule'),
  );
  return open ? null : 'no node that is ready';
}
