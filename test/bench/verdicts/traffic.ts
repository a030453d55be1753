/** Simulated traffic of one arm, look by look. */
import type { Totals } from '../../../src/evidence/counters.ts';
import type { Random } from '../../simulation/random.ts';
import { binomial, poisson } from './sampling.ts';

export interface Bursts {
  /** Events of a burst, on average. */
  readonly size: number;
  /** In how many neighbouring looks one lies. */
  readonly looks: 1 | 2;
}

export interface ArmTraffic {
  /** Requests between two looks, on average. */
  readonly requests: number;
  /** By how much of that it goes up and down, in one wave over the looks; 0 is probe traffic, the same at each look. */
  readonly swing: number;
  /** Users do not come by the clock. */
  readonly isByUsers: boolean;
  readonly errorShare: number;
  /** The share of requests slower than stable's P99, which is 0.5 s. */
  readonly slowShare: number;
  /** Where errors do not come independently. */
  readonly errorBursts: Bursts | null;
  /** Where the requests slower than 0.5 s do not. */
  readonly slowBursts: Bursts | null;
}

/** The share of stable's requests that are slower than each bound, in seconds. */
const stableTails: readonly (readonly [bound: string, share: number])[] = [
  ['0.1', 0.1],
  ['0.25', 0.05],
  ['0.5', 0.01],
  ['1', 0.002],
  ['2.5', 0.0002],
];
const p99Share = 0.01;

/** What the arm does between so many looks. */
export function simulate(random: Random, arm: ArmTraffic, looks: number): Totals[] {
  const requests = Array.from({ length: looks }, (_, look) => {
    const mean = arm.requests * (1 + arm.swing * Math.sin((2 * Math.PI * look) / looks));
    return arm.isByUsers ? poisson(random, mean) : Math.round(mean);
  });
  const errors = eventsOf(random, requests, arm.errorShare, arm.errorBursts);
  const slow = arm.slowBursts && eventsOf(random, requests, arm.slowShare, arm.slowBursts);
  // A heavier tail of the same family: the share slower than each bound to a power that gives slowShare at the P99.
  const power = Math.log(arm.slowShare) / Math.log(p99Share);
  const tails = stableTails.map(([bound, share]) => [bound, share ** power] as const);
  return requests.map((count, look) => ({
    requests: count,
    errors: errors[look] ?? 0,
    latency: histogram(random, count, tails, slow === null ? null : (slow[look] ?? 0)),
  }));
}

function eventsOf(random: Random, requests: readonly number[], share: number, bursts: Bursts | null): number[] {
  if (bursts === null) return requests.map((count) => binomial(random, count, share));
  const events = requests.map(() => 0);
  for (const [look, count] of requests.entries()) {
    for (let left = poisson(random, (count * share) / bursts.size); left > 0; left -= 1) {
      for (let event = poisson(random, bursts.size); event > 0; event -= 1) {
        const at = look + random.between(0, bursts.looks - 1);
        if (at < events.length) events[at] = Math.min(requests[at] ?? 0, (events[at] ?? 0) + 1);
      }
    }
  }
  return events;
}

/** `slow` is how many are slower than stable's P99, where that is decided elsewhere. */
function histogram(
  random: Random,
  requests: number,
  tails: readonly (readonly [string, number])[],
  slow: number | null,
): Record<string, number> {
  const buckets: Record<string, number> = {};
  let [above, shareAbove] = [requests, 1];
  for (const [bound, share] of tails) {
    above = bound === '0.5' && slow !== null ? Math.min(above, slow) : binomial(random, above, share / shareAbove);
    shareAbove = share;
    buckets[bound] = requests - above;
  }
  return { ...buckets, Infinity: requests };
}
