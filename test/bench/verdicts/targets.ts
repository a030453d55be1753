/** What the figures have to reach, and whether they do. Pure. */
import { probit } from 'simple-statistics';
import type { Figures } from './run.ts';

export interface Target {
  readonly name: string;
  readonly tolerance: number;
  readonly applies: (figures: Figures) => boolean;
  readonly bound:
    | { readonly kind: 'at-most'; readonly share: number }
    | { readonly kind: 'at-least'; readonly share: number; readonly withinSeconds: number };
}

export interface Checked {
  readonly target: string;
  readonly tolerance: number;
  /** Of all cells that it is about, and of the worst of them. */
  readonly found: string;
  readonly isMet: boolean;
}

const isPlain = ({ kind, scenario }: Figures): boolean => kind === 'quiet' && !/bursts|times/.test(scenario);
const isGuarded = ({ kind, scenario }: Figures): boolean => kind === 'quiet' && /bursts|times/.test(scenario);
const isOf =
  (scenario: string, perSecond: number) =>
  (figures: Figures): boolean =>
    figures.watch === 'soak' && figures.scenario === scenario && figures.perSecond === perSecond;

function atMost(name: string, applies: Target['applies'], shares: readonly [number, number]): Target[] {
  return [
    { name, applies, tolerance: 1, bound: { kind: 'at-most', share: shares[0] } },
    { name, applies, tolerance: 1.5, bound: { kind: 'at-most', share: shares[1] } },
  ];
}

function atLeast(
  scenario: string,
  perSecond: number,
  ...bounds: readonly (readonly [tolerance: number, share: number, withinSeconds: number])[]
): Target[] {
  return bounds.map(([tolerance, share, withinSeconds]) => ({
    name: `${scenario}, ${perSecond} a second`,
    tolerance,
    applies: isOf(scenario, perSecond),
    bound: { kind: 'at-least', share, withinSeconds },
  }));
}

const targets: readonly Target[] = [
  ...atMost('no change, independent errors, any rate', isPlain, [0.01, 0.005]),
  ...atMost('no change, bursts or a step of the traffic', isGuarded, [0.01, 0.01]),
  ...atLeast('errors 0.2 -> 2 %', 5, [1, 0.98, 120], [1.5, 0.88, 165]),
  ...atLeast('errors 0.2 -> 1 %', 50, [1, 0.995, 40], [1.5, 0.995, 65]),
  ...atLeast('over P99 1 -> 5 %', 5, [1, 0.95, 130], [1.5, 0, Number.POSITIVE_INFINITY]),
];

/**
 * Of the product's figures. A bound on false alarms is kept when all cells together keep it, and none is above it by more than
 * chance. Where no cell was run, there is nothing to check.
 */
export function check(all: readonly Figures[]): Checked[] {
  return targets.flatMap((target) => {
    const cells = all.filter((figures) => figures.tolerance === target.tolerance && target.applies(figures));
    const found = cells.map((figures) => ({ figures, ...productOf(figures) }));
    const [first] = found;
    if (first === undefined) return [];
    const { bound, name, tolerance } = target;
    if (bound.kind === 'at-least') {
      const { share, medianSeconds } = first;
      const isMet = share >= bound.share && (medianSeconds ?? Number.POSITIVE_INFINITY) <= bound.withinSeconds;
      return [{ target: name, tolerance, found: `${percent(share)}, median ${medianSeconds ?? '-'} s`, isMet }];
    }
    const worst = found.reduce((most, one) => (one.share > most.share ? one : most), first);
    const runs = found.reduce((sum, { figures }) => sum + figures.runs, 0);
    const failed = found.reduce((sum, { figures, share }) => sum + share * figures.runs, 0);
    const where = `${worst.figures.watch}, ${worst.figures.scenario}, ${worst.figures.perSecond} a second, ${worst.figures.runs} runs`;
    const words = `${percent(failed / runs)} of ${runs} runs; at most ${percent(worst.share)} (${where})`;
    const isMet =
      failed / runs <= bound.share && !found.some(({ figures, share }) => isBeyond(share, bound.share, figures.runs));
    return [{ target: name, tolerance, found: words, isMet }];
  });
}

/** Whether a share of so many runs is above the bound by more than chance: 99 % of the time it is not where the bound is kept. */
function isBeyond(share: number, bound: number, runs: number): boolean {
  return share - bound > probit(0.99) * Math.sqrt((bound * (1 - bound)) / runs) + 0.5 / runs;
}

function productOf({ outcomes, runs }: Figures): { share: number; medianSeconds: number | null } {
  const product = outcomes.find(({ judge }) => judge === 'product');
  return { share: (product?.failed ?? 0) / runs, medianSeconds: product?.medianSeconds ?? null };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
