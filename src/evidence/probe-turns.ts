/** Which of the requests goes to which pod next. Pure. */

export interface Turn {
  readonly request: number;
  readonly pod: number;
}

/**
 * The turn with this number, from 0. Both slots get the same request at the same turn, however many pods each has: otherwise
 * one would be compared by other requests than the other. After pods × requests turns each pod has had each request once.
 */
export function turnOf(turn: number, { pods, requests }: { readonly pods: number; readonly requests: number }): Turn {
  // After that many turns the same pairs would come again: from then on it is the next pod's turn.
  const round = (pods * requests) / greatestCommonDivisor(pods, requests);
  return { request: turn % requests, pod: (turn + Math.floor(turn / round)) % pods };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
