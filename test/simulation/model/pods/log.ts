/** What the API server tells of the containers' logs. */
import { Refusal, notFound } from '../api/refusal.ts';
import type { Registry } from '../api/registry.ts';
import type { SentRequest } from '../api/request.ts';
import type { ModelNode } from './node.ts';

/** The log of a container's last run, or of the one before. Throws a Refusal where there is none. */
export function logOf({ store }: Registry, node: ModelNode, { namespace, name, query }: SentRequest): string {
  const pod = store.find('pods', namespace, name ?? '');
  if (pod === null) throw notFound('pods', name ?? '');
  const process = node.process(pod.metadata.uid);
  const container = query['container'] ?? pod.spec?.containers[0]?.name ?? '';
  if (process === null || process.phase.kind === 'creating' || process.phase.kind === 'no-image') {
    throw new Refusal(
      'BadRequest',
      `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ContainerCreating`,
    );
  }
  if (query['previous'] === 'true' && process.restarts === 0) {
    throw new Refusal(
      'BadRequest',
      `previous terminated container "${container}" in pod "${pod.metadata.name}" not found`,
    );
  }
  const lines = process.lifecycle.log.split('\n').slice(-Number(query['tailLines'] ?? 1_000));
  const at = process.phase.kind === 'running' ? process.phase.since : Date.now();
  if (at < sinceOf(query)) return '';
  const prefix = query['timestamps'] === 'true' ? `${new Date(at).toISOString()} ` : '';
  const text = lines.map((line) => `${prefix}${line}\n`).join('');
  return text.slice(0, Number(query['limitBytes'] ?? text.length));
}

/** Milliseconds since the epoch. */
function sinceOf({ sinceSeconds, sinceTime }: SentRequest['query']): number {
  if (sinceSeconds !== undefined) return Date.now() - Number(sinceSeconds) * 1_000;
  return sinceTime === undefined ? 0 : Date.parse(sinceTime);
}
