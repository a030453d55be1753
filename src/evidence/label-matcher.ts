/** The spec's regular expression on the values of a label: the whole value has to match, as in Prometheus. */
import { guardedPattern, type GuardedPattern } from './guarded-pattern.ts';

/** Says for each value whether the whole of it matches. Throws where that takes too long, at once from then on. */
export type LabelMatcher = GuardedPattern;

export interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/** The series whose label matches; one without it has the empty value, as in Prometheus. */
export function matching<T extends Labelled>(series: readonly T[], label: string, matches: LabelMatcher): readonly T[] {
  const valueOf = ({ labels }: T): string => (Object.hasOwn(labels, label) ? (labels[label] ?? '') : '');
  const values = [...new Set(series.map(valueOf))];
  const answers = matches(values);
  const found = new Set(values.filter((_value, index) => answers[index] === true));
  return series.filter((one) => found.has(valueOf(one)));
}

/** `field` is where the expression stands in the spec. */
export function labelMatcher(pattern: string, field = 'metrics.errors.pattern'): LabelMatcher {
  return guardedPattern([new RegExp(`^(?:${pattern})$`)], { field, on: 'the labels' });
}
