/**
 * A share of 0 to 1 as people read it: `0.133 %`, `6.2 %`. Three digits tell a share from a limit beside it, as a verdict
 * has to; what is not all of it is never 100 %.
 */
export function percentage(share: number): string {
  const rounded = Number((share * 100).toPrecision(3));
  return `${share < 1 ? Math.min(99.9, rounded) : rounded} %`;
}
