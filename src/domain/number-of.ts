/** A number with what it counts: `1 look`, `7 looks`. Pure. */
export function numberOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US', { maximumFractionDigits: 0 })} ${count === 1 ? one : many}`;
}
