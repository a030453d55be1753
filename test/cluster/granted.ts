import { setTimeout as delay } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import type { Spec } from '../../src/domain/spec.ts';
import { connectCluster } from '../../src/kubernetes/cluster.ts';
import { checkPermissions } from '../../src/kubernetes/preflight/permissions.ts';

/**
 * Waits until the API server gives the user of the kubeconfig, the worker, all that the spec needs: it learns of a Role a
 * moment after it was applied.
 */
export async function granted(kubeconfig: string, spec: Spec, timeoutMs = 30_000): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  const cluster = connectCluster(kubeConfig);
  const deadline = Date.now() + timeoutMs;
  try {
    for (;;) {
      const { problems, notices } = await checkPermissions(cluster, spec);
      const missing = [...problems, ...notices];
      if (missing.length === 0) return;
      if (Date.now() > deadline) throw new Error(`the worker still lacks what it was granted: ${missing.join('; ')}`);
      await delay(20);
    }
  } finally {
    cluster.close();
  }
}
