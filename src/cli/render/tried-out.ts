/** What `cutover validate --connect` has found beside mistakes. */
import type { Validated } from '../../client/index.ts';

export type TriedOut = Omit<Validated, 'mistakes'>;

/** After `deploy.yaml is valid`: no more than was tried out. */
export function wordTried(tried: TriedOut | null): string {
  if (tried === null) return '';
  return `, and what ${tried.unchecked.length === 0 ? 'it refers to' : 'could be tried out'} is there`;
}

export function linesOf({ notes, unchecked }: TriedOut): string[] {
  return [...notes, ...unchecked.map((why) => `not tried out: ${why}`)];
}
