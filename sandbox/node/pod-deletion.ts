import type { V1Pod } from '@kubernetes/client-node';
import { retried, statusCode } from './cluster-api.ts';
import type { NodeContext } from './node-context.ts';
import { messageOf } from './waiting.ts';

/** Deletes the object of a pod that has ended: the last word of every graceful deletion. */
export async function deletePodObject(node: NodeContext, pod: V1Pod): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  const body = { gracePeriodSeconds: 0, ...(uid !== undefined && { preconditions: { uid } }) };
  const what = `deletion of pod ${namespace}/${name}`;
  try {
    await retried(what, () => node.api.core.deleteNamespacedPod({ name, namespace, body }), {
      signal: node.stopped,
      log: (line) => node.log(line),
    });
  } catch (error) {
    // 404 and 409: someone else has deleted it, and perhaps created one of the same name.
    const code = statusCode(error);
    if (code !== 404 && code !== 409) node.log(`${what}: ${messageOf(error)}`);
  }
}
