/** Where users' requests go after the cutover, by what the pods of both slots count. Pure. */
import { z } from 'zod';
import type { DistributionEvidence } from '../domain/evidence.ts';
import type { Arm } from './arm.ts';

/** JSON, so that another worker can go on with it. */
export interface DistributionState {
  /** Users' requests since the watch began, at each of the last looks, oldest first. */
  readonly recent: readonly Counted[];
  /** When a look last found more of them at stable, in milliseconds. */
  readonly stableLastAt: number | null;
  /** Looks in a row, up to the last, that found no more of them. */
  readonly quietLooks: number;
}

interface Counted {
  readonly candidate: number;
  readonly stable: number;
}

export const distributionSchema = z.object({
  recent: z.array(z.object({ candidate: z.number(), stable: z.number() })),
  stableLastAt: z.number().nullable(),
  quietLooks: z.number(),
}) satisfies z.ZodType<DistributionState>;

export const newDistribution: DistributionState = { recent: [], stableLastAt: null, quietLooks: 0 };

const looksKept = 10;
/** One look without a request is no end of them. */
const quietLooksThatEnd = 2;

/** After one more look at `at`; one that could not count both slots tells nothing. */
export function afterDistributionLook(
  before: DistributionState,
  { candidate, stable }: { readonly candidate: Arm; readonly stable: Arm | null },
  at: number,
): DistributionState {
  if (!isCounted(candidate) || stable === null || !isCounted(stable)) return before;
  const counted = { candidate: requestsOf(candidate), stable: requestsOf(stable) };
  const recent = [...before.recent, counted].slice(-looksKept);
  const isTail = counted.stable > (before.recent.at(-1)?.stable ?? 0);
  if (isTail) return { recent, stableLastAt: at, quietLooks: 0 };
  // A pod that was not read may be the one that still answers.
  const isQuiet = stable.unread?.length === 0;
  return { ...before, recent, quietLooks: isQuiet ? before.quietLooks + 1 : before.quietLooks };
}

/** undefined where the requests of one of the slots are not counted. */
export function distributionOf({
  recent,
  stableLastAt,
  quietLooks,
}: DistributionState): DistributionEvidence | undefined {
  const [first] = recent;
  const last = recent.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const toCandidate = last.candidate - first.candidate;
  const all = toCandidate + last.stable - first.stable;
  return {
    candidateShare: all === 0 ? null : toCandidate / all,
    stableRequests: last.stable,
    stableLastAt: stableLastAt === null ? null : new Date(stableLastAt).toISOString(),
    tailIsOver: quietLooks >= quietLooksThatEnd,
  };
}

function isCounted({ counters, unread }: Arm): boolean {
  return counters !== null && unread !== null;
}

function requestsOf({ counters }: Arm): number {
  return counters?.totals.requests ?? 0;
}
