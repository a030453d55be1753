/** Both slots over the time of soak and monitor, in a few lines of a terminal. */
import type { DeploymentState } from '../../domain/state.ts';
import { milliseconds, percent } from './metrics.ts';
import { errorShare, merged, p95, stretchesOf, type Role, type Stretch } from './series.ts';
import { span, table, type Line } from './spans.ts';
import { sparkline } from './sparkline.ts';
import type { Watches } from './watches.ts';

interface Curve {
  readonly label: string;
  readonly valueOf: (stretch: Stretch) => number | null;
  readonly words: (value: number) => string;
}

const curves: readonly Curve[] = [
  { label: 'error rate', valueOf: errorShare, words: percent },
  { label: 'P95', valueOf: p95, words: milliseconds },
];

/** Beside the labels and the scale, 80 columns have room for these. */
const columns = 44;

/** Two lines a curve, one a slot, on one scale; a bar marks where the soak ended. Nothing for documents without series. */
export function chartLines({ soak, monitor }: Omit<Watches, 'live'>, { candidate, stable }: DeploymentState): Line[] {
  const drawn = [soak, monitor].filter((watch) => (watch?.series ?? []).length > 1);
  if (drawn.length === 0) return [];
  const room = Math.floor((columns - drawn.length + 1) / drawn.length);
  const lines = (role: Role, valueOf: Curve['valueOf']): (number | null)[][] =>
    drawn.map((watch) => merged(stretchesOf(watch?.series ?? [], role), room).map(valueOf));
  const slots = { candidate, stable };
  const roles = stable === null ? (['candidate'] as const) : (['candidate', 'stable'] as const);
  const rows = curves.flatMap(({ label, valueOf, words }): Line[] => {
    const known = roles.flatMap((role) => lines(role, valueOf).flat()).filter((value) => value !== null);
    if (known.length === 0) return [];
    const top = Math.max(...known);
    return roles.map((role, index) => [
      span(index === 0 ? label : ''),
      span(role, 'quiet'),
      span(joined(lines(role, valueOf), top), slots[role]?.slot ?? 'plain'),
      span(index === 0 ? `0–${words(top)}` : '', 'quiet'),
    ]);
  });
  const [ofSoak = []] = lines('candidate', errorShare);
  const titles = ['', '', `${'soak'.padEnd(ofSoak.length)}${bar}since the cutover`].map((title) =>
    span(title, 'quiet'),
  );
  return rows.length === 0 ? [] : table([...(drawn.length === 1 ? [] : [titles]), ...rows]);
}

const bar = '│';

function joined(lines: readonly (readonly (number | null)[])[], top: number): string {
  return lines.map((values) => sparkline(values, top)).join(bar);
}
