/** Sequences that broke an invariant once, or would without one line of the product, and that chance does not find soon. */
import type { RequestFault } from './model/request-faults.ts';
import type { Action, Happening, Scenario, SpecChoice } from './scenario.ts';
import { plainScenario } from './scenarios.ts';

const short: Partial<SpecChoice> = { replicas: 1, soakMs: 0, monitorMs: 3_000, retentionMs: 5_000, drainMs: 0 };

function operatorSays(step: Happening['in'], afterMs: number): Happening {
  return { in: step, afterMs, what: { kind: 'message', name: 'rollback', via: 'update', form: 'good', times: 1 } };
}

const late: RequestFault = { on: 'switch', nth: 1, kind: 'late', ms: 500 };

/** Each with a name that says what held it off. */
export const found: readonly (readonly [string, Partial<Omit<Scenario, 'spec'>> & { spec?: Partial<SpecChoice> }])[] = [
  [
    'a rollback during the claim keeps the attempt that still runs from making a candidate',
    { first: true, happenings: [operatorSays('deploy', 5)] },
  ],
  [
    'an attempt that was rolled back removes nothing more from the slot',
    { leftover: true, happenings: [operatorSays('deploy', 19)] },
  ],
  [
    'a slot that was switched to by hand is not changed by the deployment any more',
    { leftover: true, happenings: [{ in: 'preflight', afterMs: 500, what: { kind: 'select', to: 'candidate' } }] },
  ],
  [
    'a soak whose worker stops before it begins leaves no traffic behind',
    {
      spec: { ...plainScenario({}).spec, ...short, soakMs: 3_000 },
      attemptFaults: [{ activity: 'soak', nth: 0, fault: { kind: 'shutdown', requests: 1 } }],
    },
  ],
  [
    'a cutover that was interrupted is on record, whatever else is said meanwhile',
    {
      happenings: [
        operatorSays('cutover', 0),
        {
          in: 'cutover',
          afterMs: 73,
          what: { ...operatorSays('cutover', 0).what, via: 'signal', times: 30 } as Action,
        },
      ],
    },
  ],
  [
    'a candidate that is rolled back stays where somebody has given it production again',
    {
      spec: { drainMs: 5_000 },
      happenings: [
        operatorSays('monitor', 500),
        { in: 'rollback', afterMs: 2_000, what: { kind: 'select', to: 'candidate' } },
      ],
    },
  ],
  [
    'a cutover that is on its way does not pass under the fence of another deployment, though its number is the same',
    {
      requestFaults: [late],
      happenings: [
        { in: 'cutover', afterMs: 40, what: { kind: 'wipe-annotations' } },
        { in: 'cutover', afterMs: 45, what: { kind: 'take-over' } },
      ],
    },
  ],
];

/** All of them, ten times each: with other times that things take. */
export function foundScenarios(): Scenario[] {
  return found.flatMap(([, scenario]) => Array.from({ length: 10 }, (_, seed) => shortScenario(scenario, seed)));
}

export function shortScenario(scenario: (typeof found)[number][1], seed: number): Scenario {
  return plainScenario({ ...scenario, spec: { ...short, ...scenario.spec }, seed });
}
