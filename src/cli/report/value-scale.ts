/** From values to heights: an axis from zero up, with round numbers on it. */
export interface ValueScale {
  readonly top: number;
  readonly ticks: readonly number[];
}

const roundSteps = [1, 2, 2.5, 5, 10] as const;

/** An axis for values up to `highest`, with three or four steps. */
export function valueScale(highest: number): ValueScale {
  const most = highest > 0 ? highest : 1;
  const rough = most / 3;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * (roundSteps.find((round) => round * magnitude >= rough * 0.999) ?? 10);
  const count = Math.ceil(most / step - 0.001);
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}
