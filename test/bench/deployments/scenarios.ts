/** The deployments of the campaign: those that nothing is wrong with, and those whose users meet a fault. */
import { steady, type Behaviour, type Fault } from './app/behaviour.ts';

export interface Scenario {
  readonly name: string;
  readonly kind: 'clean' | 'faulty';
  /** Users' requests a second. */
  readonly perSecond: number;
  /** How many times as many users there are from the cutover on. */
  readonly stepAtCutover: number;
  readonly stable: Behaviour;
  readonly candidate: Behaviour;
}

const usual = { perSecond: 25, stepAtCutover: 1 } as const;
/** What is this rare can only be told from what is usual where there is enough of both. */
const many = 60;
/** No app is without errors. */
const quiet: Behaviour = { ...steady, errorRate: 0.002 };
const bursty: Behaviour = { ...steady, bursts: { everyMs: 20_000, lengthMs: 1_000, errorRate: 0.06 } };

const clean: readonly Scenario[] = [
  same('no errors at all', steady),
  same('0.2 % errors', quiet),
  same('errors in bursts', bursty),
  same('three times the users from the cutover on', quiet, { stepAtCutover: 3 }),
  {
    ...same('a slower cold start', quiet),
    candidate: { ...quiet, cold: { requests: 20, ms: 40 } },
  },
  same('many users', quiet, { perSecond: many }),
  same('few users', quiet, { perSecond: 5 }),
];

const faulty: readonly Scenario[] = [
  met('100 % errors', { kind: 'errors', share: 1, afterMs: 0 }),
  met('10 % errors', { kind: 'errors', share: 0.1, afterMs: 0 }),
  met('3 % errors', { kind: 'errors', share: 0.03, afterMs: 0 }),
  met('1.5 % errors', { kind: 'errors', share: 0.015, afterMs: 0 }, many),
  met('5 % slow, above the limit', { kind: 'slow', share: 0.05, ms: 1_500 }),
  met('5 % slow, below the limit', { kind: 'slow', share: 0.05, ms: 400 }, many),
  met('all slow, above the limit', { kind: 'slow', share: 1, ms: 700 }),
  met('all slow, below the limit', { kind: 'slow', share: 1, ms: 100 }),
  met('10 % hang', { kind: 'hang', share: 0.1 }),
  met('all hang', { kind: 'hang', share: 1 }),
  met('crash', { kind: 'crash', after: 50 }),
  met('readiness lost', { kind: 'unready', after: 50 }),
  met('out of memory', { kind: 'leak', kilobytes: 256 }),
  met('20 % errors, 10 s later', { kind: 'errors', share: 0.2, afterMs: 10_000 }),
];

export interface Selection {
  readonly clean: number;
  readonly faulty: number;
  /** Of all kinds only those that have this in their name. */
  readonly only?: string;
}

/** So many of each, every kind as often as the others, and evenly mixed. */
export function planOf(selection: Selection): Scenario[] {
  const { only = '' } = selection;
  const chosen = (kinds: readonly Scenario[]): Scenario[] => kinds.filter(({ name }) => name.includes(only));
  const all = [...repeated(chosen(clean), selection.clean), ...repeated(chosen(faulty), selection.faulty)];
  return all.sort((a, b) => a.place - b.place).map(({ scenario }) => scenario);
}

interface Placed {
  readonly scenario: Scenario;
  /** From 0 to 1: where in the campaign it comes. */
  readonly place: number;
}

function repeated(scenarios: readonly Scenario[], count: number): Placed[] {
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const scenario = scenarios[index % scenarios.length];
    return scenario === undefined ? [] : { scenario, place: (index + 0.5) / count };
  });
}

/** Both versions are alike. */
function same(name: string, behaviour: Behaviour, traffic: Partial<typeof usual> | object = {}): Scenario {
  return { name, kind: 'clean', ...usual, ...traffic, stable: behaviour, candidate: behaviour };
}

/** Users of the candidate meet a fault, beside the errors that they are used to. */
function met(name: string, fault: Fault, perSecond: number = usual.perSecond): Scenario {
  return { name, kind: 'faulty', ...usual, perSecond, stable: quiet, candidate: { ...quiet, fault } };
}
