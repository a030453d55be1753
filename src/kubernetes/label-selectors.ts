import type { V1LabelSelector, V1PodSpec } from '@kubernetes/client-node';
import type { Json } from './api-server.ts';

/**
 * Changes, in place, the label selectors of a pod's affinity and topology spread that name one slot so that they name
 * the other: a copy of stable's pods is to keep away from its own kind, not from stable's.
 */
export function moveSelectors(pod: Json<V1PodSpec> | undefined, from: string, to: string): void {
  visit(pod?.affinity, from, to);
  visit(pod?.topologySpreadConstraints, from, to);
}

function visit(value: unknown, from: string, to: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (name === 'labelSelector' && typeof part === 'object' && part !== null) moveSelector(part, from, to);
    else visit(part, from, to);
  }
}

function moveSelector(selector: V1LabelSelector, from: string, to: string): void {
  const { matchLabels } = selector;
  if (matchLabels?.['version'] === from) matchLabels['version'] = to;
  for (const expression of selector.matchExpressions ?? []) {
    if (expression.key !== 'version' || expression.values === undefined) continue;
    expression.values = expression.values.map((value) => (value === from ? to : value));
  }
}
