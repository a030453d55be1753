/** The spec's regular expression on the values of a label: the whole value has to match, as in Prometheus. */
import { guardedPattern, type GuardedPattern } from './guarded-pattern.ts';

/** Says for each value whether the whole of it matches. Throws where that takes too long, at once from then on. */
export type LabelMatcher = GuardedPattern;

/** `field` is where the expression stands in the spec. */
export function labelMatcher(pattern: string, field = 'metrics.errors.pattern'): LabelMatcher {
  return guardedPattern([new RegExp(`^(?:${pattern})$`)], { field, on: 'the labels' });
}
