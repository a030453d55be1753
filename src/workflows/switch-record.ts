import type { SwitchResult } from '../activities/contract.ts';
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

function digestsOf(state: DeploymentState, slot: Slot | null): readonly string[] {
  return [state.stable, state.candidate].find((known) => known?.slot === slot)?.imageDigests ?? [];
}
