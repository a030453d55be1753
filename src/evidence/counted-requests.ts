/** Which requests of a page of metrics count: all of them, or those of the paths that `metrics.only` names. */
import type { RequestsOnly } from '../domain/spec.ts';
import { labelMatcher, matching, type Labelled } from './label-matcher.ts';

/** Throws an Error where no series of a metric has the label: then nothing tells which of them would count. */
export type CountedRequests = <T extends Labelled>(series: readonly T[], metric: string) => readonly T[];

/** Of a metric that `mayLack` the label, none count then. */
export function countedRequests(only: RequestsOnly | undefined, mayLack?: string): CountedRequests {
  if (only === undefined) return (series) => series;
  const { label, pattern } = only;
  const matches = labelMatcher(pattern, 'metrics.only.pattern');
  return (series, metric) => {
    const known = series.filter(({ labels }) => Object.hasOwn(labels, label));
    if (known.length === 0 && series.length > 0 && metric !== mayLack) {
      throw new Error(`${metric} has no label ${label}, which metrics.only asks for`);
    }
    return matching(known, label, matches);
  };
}
