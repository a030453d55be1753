/** How much of alpha may be used up by a moment of the watch. Pure. */

/**
 * The power family: alpha · t^power at the share t of the watch's time. A power of 1 finds large changes early, as Pocock's
 * boundary does; one of 3 is near O'Brien and Fleming's, and finds more by the end. The time may be that of the clock, since what
 * is spent does not depend on what is observed: Lan and DeMets 1983 and 1989; Kim and DeMets 1987 for the family.
 */
export function spendable(alpha: number, elapsed: number, horizon: number, power: number): number {
  if (horizon <= 0) return alpha;
  return alpha * Math.min(1, Math.max(0, elapsed / horizon)) ** power;
}
