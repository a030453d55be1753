/** What is simulated: each with the same numbers every time. */
import type { ArmTraffic, Bursts } from './traffic.ts';

export interface Scenario {
  readonly name: string;
  /** `quiet`: the candidate is no worse, and each failure is a false alarm. */
  readonly kind: 'quiet' | 'worse';
  readonly watch: 'soak' | 'monitor';
  readonly perSecond: number;
  readonly stable: ArmTraffic;
  readonly candidate: ArmTraffic;
}

export const interval = 5_000;
export const duration = 300_000;
const rates = [5, 50, 500] as const;

function arm(perSecond: number, changes: Partial<ArmTraffic> = {}): ArmTraffic {
  return {
    requests: (perSecond * interval) / 1_000,
    swing: 0,
    isByUsers: false,
    errorShare: 0.002,
    slowShare: 0.01,
    errorBursts: null,
    slowBursts: null,
    ...changes,
  };
}

function soak(name: string, perSecond: number, both: Partial<ArmTraffic>, worse?: Partial<ArmTraffic>): Scenario {
  const kind = worse === undefined ? 'quiet' : 'worse';
  const stable = arm(perSecond, both);
  return { name, kind, watch: 'soak', perSecond, stable, candidate: arm(perSecond, { ...both, ...worse }) };
}

/** Stable's baseline is of users, at `perSecond`; the candidate gets `times` as much. */
function monitor(
  name: string,
  perSecond: number,
  times: number,
  both: Partial<ArmTraffic>,
  worse?: Partial<ArmTraffic>,
): Scenario {
  const kind = worse === undefined ? 'quiet' : 'worse';
  const users = { isByUsers: true, ...both };
  const candidate = arm(perSecond * times, { ...users, ...worse });
  return { name, kind, watch: 'monitor', perSecond, stable: arm(perSecond, users), candidate };
}

const burstKinds: readonly Bursts[] = ([1, 2] as const).flatMap((looks) =>
  [5, 10, 20].map((size) => ({ size, looks })),
);

function quietSoaks(perSecond: number): Scenario[] {
  return [
    soak('independent errors', perSecond, {}),
    soak('load goes up and down', perSecond, { swing: 0.5, isByUsers: true }),
    ...burstKinds.map((errorBursts) =>
      soak(`errors in bursts of ${errorBursts.size} in ${errorBursts.looks}`, perSecond, { errorBursts }),
    ),
    soak('slow requests in bursts of 10 in 2', perSecond, { slowBursts: { size: 10, looks: 2 } }),
  ];
}

function quietMonitors(perSecond: number): Scenario[] {
  // With much traffic a run takes long.
  const step = perSecond <= 5 ? 10 : 3;
  return [
    monitor('independent errors', perSecond, 1, {}),
    monitor('load goes up and down', perSecond, 1, { swing: 0.5 }),
    monitor(`${step} times the traffic`, perSecond, step, {}),
    monitor(`${step} times, errors in bursts of 10 in 2`, perSecond, step, { errorBursts: { size: 10, looks: 2 } }),
    monitor('errors in bursts of 5 in 2', perSecond, 1, { errorBursts: { size: 5, looks: 2 } }),
  ];
}

function worseSoaks(perSecond: number): Scenario[] {
  return [
    ...[2, 5, 10].map((times) => soak(`errors 0.2 -> ${times / 5} %`, perSecond, {}, { errorShare: 0.002 * times })),
    ...[2, 5, 10].map((percent) => soak(`over P99 1 -> ${percent} %`, perSecond, {}, { slowShare: percent / 100 })),
  ];
}

const bursty = { errorBursts: { size: 10, looks: 1 } } as const;

export const scenarios: readonly Scenario[] = [
  ...rates.flatMap(quietSoaks),
  ...[5, 50].flatMap(quietMonitors),
  ...rates.flatMap(worseSoaks),
  soak('bursts of 10 in 1, 0.2 -> 2 %', 50, bursty, { errorShare: 0.02 }),
  ...[5, 50].map((perSecond) => soak('all requests fail', perSecond, {}, { errorShare: 1 })),
  ...[5, 50].map((perSecond) => monitor('errors 0.2 -> 2 %', perSecond, 1, {}, { errorShare: 0.02 })),
  monitor('over P99 1 -> 5 %', 5, 1, {}, { slowShare: 0.05 }),
  monitor('all requests fail', 5, 1, {}, { errorShare: 1 }),
];
