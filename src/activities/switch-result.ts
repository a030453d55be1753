/** What follows a switch of production, forth or back: it is verified, written as an Event, and measured. */
import { toMilliseconds } from '../domain/duration.ts';
import { slotName, type Slot } from '../domain/slot.ts';
import type { SlotState } from '../domain/state.ts';
import type { Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import { recordEvent } from '../kubernetes/events.ts';
import { readProduction } from '../kubernetes/production.ts';
import { readSlot } from '../kubernetes/slot.ts';
import type { Switched } from '../kubernetes/switch.ts';
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

/** Verifies the switch within the time of a cutover; a switch that cannot be verified has no `verifiedAt`. */
export async function switchResult(
  dependencies: Dependencies,
  made: MadeSwitch,
  attempt: Attempt,
): Promise<SwitchResult> {
  const { input, from, to, fence, patchedAt, adopted } = made;
  const elapsed = stopwatch(adopted ? Date.now() - Date.parse(patchedAt) : 0);
  const { spec, candidateSlot, stableSlot } = input;
  const event = adopted ? null : writeEvent(dependencies.cluster, made);
  const { verified, sentence } = await verifySwitch(dependencies, made, {
    attempt,
    timeoutMs: toMilliseconds(spec.timeouts.cutover),
  });
  const patchToVerifiedMs = elapsed();
  const unwritten = await event;
  const notes = [...(made.notes ?? []), ...(unwritten === null ? [] : [`the Event was not written: ${unwritten}`])];
  const [candidate, stable] = await Promise.all([
    slotState(dependencies.cluster, spec, candidateSlot),
    slotState(dependencies.cluster, spec, stableSlot),
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
