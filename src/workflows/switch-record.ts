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
    approvedBy: approval?.by ?? null,
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

/** A change of the selector that somebody made by hand, as it was found; null where production is where it was left. */
export function handEditRecord(state: DeploymentState, edit: HandEdit, seenBy: string): SwitchRecord | null {
  const from = state.traffic === null ? (state.stable?.slot ?? null) : state.traffic.slot;
  if (edit.slot === from) return null;
  const at = edit.at ?? new Date().toISOString();
  return {
    kind: 'by-hand',
    from,
    to: edit.slot,
    fromImageDigests: digestsOf(state, from),
    toImageDigests: digestsOf(state, edit.slot),
    by: edit.by ?? 'somebody',
    approvedBy: null,
    reason: `the selector was changed by hand to ${edit.selector}`,
    fence: state.traffic?.fence ?? 0,
    requestedAt: at,
    patchedAt: at,
    verifiedAt: null,
    requestToPatchMs: 0,
    patchToVerifiedMs: null,
    verification: `found by ${seenBy}`,
  };
}

function digestsOf(state: DeploymentState, slot: Slot | null): readonly string[] {
  return [state.stable, state.candidate].find((known) => known?.slot === slot)?.imageDigests ?? [];
}
