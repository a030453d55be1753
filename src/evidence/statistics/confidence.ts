/** How sure it is that the candidate is worse, for people to read: the verdict itself comes from the boundary. Pure. */
import { looksNeeded } from '../../domain/watch-looks.ts';
import { assess, type Comparison, type ComparisonPlan } from './comparison.ts';
import { binomial, negativeBinomial, type Distribution } from './distribution.ts';
import { shareOf } from './null-hypothesis.ts';
import type { Against } from './sequential-test.ts';

/**
 * The probability that a candidate which is exactly as bad as it may be has fewer events than this one: near 1 where it is
 * worse, below a half where it is better; 0 without events. Events in bursts count as one each. By the conditional
 * distributions of null-hypothesis.ts, of the whole watch at once: 1 minus the one-sided p-value of a test at a single look.
 */
export function confidenceOf(state: Comparison, plan: ComparisonPlan): number {
  return confidenceWith(state, plan, assess(state, plan).burst);
}

/**
 * The same as far as it can be told; null where it cannot: few looks do not show whether events come in bursts, and what has all come
 * in one is a single event.
 */
export function surenessOf(state: Comparison, plan: ComparisonPlan): number | null {
  const { looks } = state.dispersion.candidate;
  const { events } = state.test.candidate;
  if (events > 0 && (looks < looksNeeded || events < assess(state, plan).burst)) return null;
  return confidenceOf(state, plan);
}

/** The same where events may as well be independent: after few looks nobody knows. */
export function suspicionOf(state: Comparison, plan: ComparisonPlan): number {
  return confidenceWith(state, plan, 1);
}

function confidenceWith(state: Comparison, plan: ComparisonPlan, burst: number): number {
  const { candidate, stable } = state.test;
  const [ours, theirs] = [Math.floor(candidate.events / burst), Math.floor(stable.events / burst)];
  if (ours === 0) return 0;
  return below(underNull(plan.against, [candidate.requests, ours], [stable.requests, theirs], burst), ours);
}

type Arm = readonly [requests: number, events: number];

function underNull(against: Against, [requests, events]: Arm, [before, known]: Arm, burst: number): Distribution {
  switch (against.kind) {
    case 'stable':
      return binomial(events + known, shareOf(requests * against.tolerance, before));
    case 'baseline':
      return negativeBinomial(known + 1, shareOf(requests * against.tolerance, before));
    case 'limit':
      return binomial(Math.floor(requests / burst), against.limit);
  }
}

function below({ from, probabilities }: Distribution, count: number): number {
  const sum = probabilities.slice(0, Math.max(0, count - from)).reduce((total, one) => total + one, 0);
  return Math.min(1, sum);
}
