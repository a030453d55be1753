/** Milliseconds since the Unix epoch, with fractions, on a clock that does not go back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
