/** A small chart of one line. */
const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One character a value, from 0 at the bottom to `top`; what is not known is a gap. */
export function sparkline(values: readonly (number | null)[], top: number): string {
  return values.map((value) => (value === null ? ' ' : block(top <= 0 ? 0 : value / top))).join('');
}

/** Only zero is as low as the lowest block: a single error is to be seen beside hundreds. */
function block(share: number): string {
  const height = share <= 0 ? 0 : Math.max(1, Math.round(share * (blocks.length - 1)));
  return blocks[Math.min(blocks.length - 1, height)] ?? ' ';
}
