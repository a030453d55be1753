/** What follows a switch of production, forth or back: it is verified, written as an Event, and measured. */
import { deadlines } from '../domain/deadline.ts';
import { slotName, type Slot } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import { recordEvent } from '../kubernetes/events.ts';
import { readProduction } from '../kubernetes/production.ts';
import { readSlot } from '../kubernetes/slot.ts';
import type { Switched } from '../kubernetes/switch.ts';
import { inTime } from '../kubernetes/time-limit.ts';
import type { Attempt } from './attempt.ts';
import type { RollbackInput, SwitchInput, SwitchResult } from './contract.ts';
import { verifySwitch } from './verification.ts';

export interface MadeSwitch extends Switched {
  readonly kind: 'cutover' | 'rollback';
  readonly input: SwitchInput | RollbackInput;
  readonly from: Slot | null;
  readonly to: Slot | null;
  /** What else the record should say. */
  readonly notes?: readonly string[];
}

interface Dependencies {
  readonly cluster: Cluster;
  readonly access: Access;
}

/** A switch of the last moment, or one that an earlier attempt has made, gets that long to be verified. */
const leastMs = 1_000;

/**
 * Verifies the switch within the time of a cutover, and of its step; a switch that cannot be verified has no `verifiedAt`.
 * What is only for the record is not waited for any longer than that.
 */
export async function switchResult(
  dependencies: Dependencies,
  made: MadeSwitch,
  attempt: Attempt,
): Promise<SwitchResult> {
  const { input, from, to, fence, patchedAt, adopted } = made;
  const elapsed = stopwatch(adopted ? Date.now() - Date.parse(patchedAt) : 0);
  const { spec, candidateSlot, stableSlot } = input;
  const event = adopted ? null : writeEvent(dependencies.cluster, made);
  const leftMs = (): number => Math.max(leastMs, attempt.remaining(deadlines[made.kind](spec).ms));
  const timeoutMs = Math.min(leftMs(), deadlines.cutover(spec).ms);
  const { verified, sentence } = await verifySwitch(dependencies, made, { attempt, timeoutMs });
  const patchToVerifiedMs = elapsed();
  const unwritten = await inTime(event, leftMs(), 'the API server did not answer in time');
  const notes = [...(made.notes ?? []), ...(unwritten === null ? [] : [`the Event was not written: ${unwritten}`])];
  const [candidate, stable] = await Promise.all([
    inTime(slotState(dependencies.cluster, spec, candidateSlot), leftMs(), null),
    inTime(slotState(dependencies.cluster, spec, stableSlot), leftMs(), null),
  ]);
  return {
    from,
    to,
    fence,
    patchedAt,
    verifiedAt: verified ? new Date().toISOString() : null,
    requestToPatchMs: Math.max(0, Date.parse(patchedAt) - Date.parse(input.requestedAt)),
    patchToVerifiedMs: verified ? patchToVerifiedMs : null,
    verification: [sentence, ...notes].join('; ').slice(0, 2_000),
    candidate,
    stable,
  };
}

async function writeEvent(cluster: Cluster, { kind, input, from, to, fence }: MadeSwitch): Promise<string | null> {
  const { spec, by, reason } = input;
  const name = (slot: Slot | null): string => (slot === null ? 'no slot' : slotName(spec.app, slot));
  try {
    return await recordEvent(cluster, await readProduction(cluster, spec), {
      reason: kind === 'cutover' ? 'CutOver' : 'RolledBack',
      message: `from ${name(from)} to ${name(to)} by ${by}: ${reason} (fence ${fence})`,
    });
  } catch (error) {
    return describeApiError(error);
  }
}

/** For the record only: that it cannot be read must not fail a switch that was made. */
async function slotState(
  cluster: Cluster,
  { namespace, app }: { readonly namespace: string; readonly app: string },
  slot: Slot | null,
): Promise<SlotState | null> {
  if (slot === null) return null;
  const view = await readSlot(cluster, { namespace, app, slot }).catch(() => null);
  return view?.state ?? null;
}

function stopwatch(alreadyMs: number): () => number {
  const started = performance.now();
  return () => Math.round(Math.max(0, alreadyMs) + performance.now() - started);
}
