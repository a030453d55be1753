import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

export interface AskedPods {
  readonly namespace: string;
  /** Which pods, as a label selector. */
  readonly selector: string;
  readonly port: number;
  /** What each is asked for. */
  readonly path: string;
}

/**
 * Waits until every pod that the selector names has answered a request. A pod without a readiness probe, as in the
 * pattern's own manifests, counts as ready before its process listens: load that began then would be refused.
 * Rejects with the last refusal after `timeoutMs`.
 */
export async function podsAnswer(kubeconfig: string, asked: AskedPods, timeoutMs = 30_000): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const { namespace, selector: labelSelector } = asked;
  const deadline = Date.now() + timeoutMs;
  const { items } = await api.listNamespacedPod({ namespace, labelSelector });
  if (items.length === 0) throw new Error(`no pod in ${namespace} has ${labelSelector}`);
  await Promise.all(items.map((pod) => podAnswers(api, asked, pod.metadata?.name ?? '', deadline)));
}

async function podAnswers(api: CoreV1Api, asked: AskedPods, name: string, deadline: number): Promise<void> {
  const path = asked.path.replace(/^\//, '');
  for (;;) {
    try {
      await api.connectGetNamespacedPodProxyWithPath({
        name: `${name}:${asked.port}`,
        namespace: asked.namespace,
        path,
      });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}

/** Waits until a Service lets a request through: its endpoints follow its pods a moment later. Rejects after `timeoutMs`. */
export async function serviceAnswers(url: string, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const { ok } = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      if (ok) return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${url} does not answer after ${timeoutMs} ms`, { cause: error });
    }
    await delay(50);
  }
}
