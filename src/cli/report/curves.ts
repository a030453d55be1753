/** Charts of both slots over soak, cutover and monitor, and the same as a table. */
import type { Slot } from '../../domain/slot.ts';
import type { DeploymentState } from '../../domain/state.ts';
import type { WatchSpec } from '../../domain/spec.ts';
import { toMilliseconds } from '../../domain/duration.ts';
import { milliseconds, percent, rate } from '../render/metrics.ts';
import { errorShare, p95, requestsPerSecond, stretchesOf, type Role, type Stretch } from '../render/series.ts';
import type { Watches } from '../render/watches.ts';
import { chart, type Curve, type Limit } from './chart.ts';
import { cutNote, type Frame } from './frame.ts';
import { html, nothing, type Markup } from './markup.ts';
import { momentsOf } from './moments.ts';
import { pointTable } from './point-table.ts';
import { timeScale, type Stage } from './time-scale.ts';

interface Quantity {
  readonly title: string;
  readonly valueOf: (stretch: Stretch) => number | null;
  readonly words: (value: number) => string;
  readonly limitOf: (limits: WatchSpec) => number | null;
}

const quantities: readonly Quantity[] = [
  {
    title: 'Error rate',
    valueOf: errorShare,
    words: percent,
    limitOf: ({ thresholds }) => thresholds.errorRate,
  },
  {
    title: 'P95',
    valueOf: p95,
    words: milliseconds,
    limitOf: ({ thresholds }) => (thresholds.p95 === null ? null : toMilliseconds(thresholds.p95)),
  },
  { title: 'Requests per second', valueOf: requestsPerSecond, words: rate, limitOf: () => null },
];

/** One watch with the time that it is drawn over. */
interface Drawn {
  readonly name: 'soak' | 'monitor';
  readonly from: number;
  readonly to: number;
  readonly stretches: Readonly<Record<Role, readonly Stretch[]>>;
}

const height = 150;

/** Nothing for documents of older workers, which have no series. */
export function curves(watches: Watches, state: DeploymentState): Markup {
  const drawn = (['soak', 'monitor'] as const).flatMap((name) => drawnOf(name, watches));
  if (drawn.length === 0) return nothing;
  const frame = frameOf(drawn, state);
  return html`<section aria-labelledby="charts">
    <h2 id="charts">Both slots over time</h2>
    ${cutNote(frame)}
    ${quantities.map((quantity) => {
      const { title, words, limitOf } = quantity;
      const limits = drawn.flatMap(({ name, from, to }): Limit[] => {
        const value = state.spec === null ? null : limitOf(state.spec[name]);
        return value === null ? [] : [{ from, to, value }];
      });
      return chart({ title, words, frame, limits, curves: curvesOf(quantity, drawn, state) });
    })}
    ${pointTable(drawn, state)}
  </section>`;
}

function drawnOf(name: 'soak' | 'monitor', watches: Watches): Drawn[] {
  const series = watches[name]?.series ?? [];
  const candidate = stretchesOf(series, 'candidate');
  const [first] = candidate;
  const last = candidate.at(-1);
  if (first === undefined || last === undefined) return [];
  const from = first.at - first.forMs;
  return [{ name, from, to: last.at, stretches: { candidate, stable: stretchesOf(series, 'stable') } }];
}

function frameOf(drawn: readonly Drawn[], state: DeploymentState): Frame {
  const begin = Math.min(...drawn.map(({ from }) => from));
  const end = Math.max(...drawn.map(({ to }) => to));
  const moments = momentsOf(state).filter(({ kind, at }) => kind === 'switch' && at >= begin);
  const latest = Math.max(end, ...moments.map(({ at }) => at));
  return {
    scale: timeScale(stagesOf(drawn, latest)),
    moments,
    times: [begin, end, ...drawn.flatMap(({ from, to }) => [from, to])],
    day: new Date(state.startedAt),
    parts: drawn.map(({ name, from, to }) => ({ words: name, from, to })),
    height,
  };
}

function stagesOf(drawn: readonly Drawn[], latest: number): Stage[] {
  const stages: Stage[] = [];
  let end = drawn[0]?.from ?? 0;
  for (const { from, to } of drawn) {
    if (from > end) stages.push({ from: end, to: from, isWait: true });
    stages.push({ from: Math.max(end, from), to, isWait: false });
    end = Math.max(end, to);
  }
  if (latest > end) stages.push({ from: end, to: latest, isWait: true });
  return stages;
}

function curvesOf({ valueOf }: Quantity, drawn: readonly Drawn[], { stable, candidate }: DeploymentState): Curve[] {
  const slots: Readonly<Record<Role, Slot | null>> = {
    candidate: candidate?.slot ?? null,
    stable: stable?.slot ?? null,
  };
  const roles: readonly Role[] = stable === null ? ['candidate'] : ['stable', 'candidate'];
  return roles.map((role) => ({
    role,
    slot: slots[role],
    parts: drawn.map(({ stretches }) => stretches[role].map((one) => ({ at: one.at, value: valueOf(one) }))),
  }));
}
