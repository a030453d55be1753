import type { SwitchResult } from '../activities/contract.ts';
import type { HandEdit } from '../domain/hand-edit.ts';
import type { Slot } from '../domain/slot.ts';
import type { DeploymentState, SwitchRecord } from '../domain/state.ts';

interface Cause {
  readonly by: string;
  readonly reason: string;
  readonly requestedAt: string;
}

/** One switch for the record: who, why, when, from which image to which. */
export function switchRecord(
  state: DeploymentState,
  kind: SwitchRecord['kind'],
  { by, reason, requestedAt }: Cause,
  result: Omit<SwitchResult, 'candidate' | 'stable'>,
): SwitchRecord {
  const approval = state.decisions.find((decision) => decision.kind === 'approve');
  return {
    kind,
    from: result.from,
    to: result.to,
    fromImageDigests: digestsOf(state, result.from),
    toImageDigests: digestsOf(state, result.to),
    by,
    approvedBy: kind === 'by-hand' ? null : (approval?.by ?? null),
    reason,
    fence: result.fence,
    requestedAt,
    patchedAt: result.patchedAt,
    verifiedAt: result.verifiedAt,
    requestToPatchMs: result.requestToPatchMs,
    patchToVerifiedMs: result.patchToVerifiedMs,
    verification: result.verification,
  };
}

/** The field manager of this project's own requests. */
const ownManager = 'cutover';

/**
 * A change of the selector that this deployment has not reported, as it was found; null where production is where it was
 * left. Somebody made it by hand, unless the API server names this project: then it is the cutover, whose worker could not
 * report it, and whose annotations somebody has wiped.
 */
export function handEditRecord(state: DeploymentState, edit: HandEdit, seenBy: string): SwitchRecord | null {
  const from = state.traffic === null ? (state.stable?.slot ?? null) : state.traffic.slot;
  if (edit.slot === from) return null;
  const at = edit.at ?? new Date().toISOString();
  const isOwn = edit.by === ownManager && edit.slot === state.candidate?.slot;
  const reason = isOwn ? state.reason : `the selector was changed by hand to ${edit.selector}`;
  const cause = { by: isOwn ? state.requestedBy : (edit.by ?? 'somebody'), reason, requestedAt: at };
  return switchRecord(state, isOwn ? 'cutover' : 'by-hand', cause, {
    from,
    to: edit.slot,
    fence: state.traffic?.fence ?? 0,
    patchedAt: at,
    verifiedAt: null,
    requestToPatchMs: 0,
    patchToVerifiedMs: null,
    verification: `found by ${seenBy}${isOwn ? ', not reported by its worker' : ''}`,
  });
}

function digestsOf(state: DeploymentState, slot: Slot | null): readonly string[] {
  return [state.stable, state.candidate].find((known) => known?.slot === slot)?.imageDigests ?? [];
}
