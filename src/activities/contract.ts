/**
 * What each activity takes and gives. The workflow imports these types and nothing else of the activities.
 *
 * Every activity may run twice or die half-way with the same end state: each looks at the live object first, and every
 * change of traffic carries a fence.
 */
import type { SlotUsage, SmokeEvidence, WarmUpEvidence, WatchEvidence } from '../domain/evidence.ts';
import type { EndedDeployment } from '../domain/ended-deployment.ts';
import type { HandEdit } from '../domain/hand-edit.ts';
import type { Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';
import type { SlotState } from '../domain/state.ts';

/** Which deployment an activity works for: the same in every call of one deployment. */
export interface Target {
  readonly spec: Spec;
  /** The workflow's run id: the owner written on what this deployment creates. */
  readonly runId: string;
  /** null in the first deployment of an app: there is nothing to go back to. */
  readonly stableSlot: Slot | null;
  readonly candidateSlot: Slot;
  /** The candidate's pod template as it was deployed, by its revision; absent before that, and where it is not known. */
  readonly candidateRevision?: string;
}

export interface PreflightInput {
  /** As it was given to the workflow: not yet validated. */
  readonly spec: unknown;
  readonly workflowId: string;
  readonly runId: string;
  /** Set where nothing is to be deployed: then only the spec is validated and the slots are read. */
  readonly undo?: EndedDeployment;
  /** Whether what somebody else has made goes from the candidate's slot. */
  readonly deleteUnmanaged?: boolean;
}

export interface PreflightResult {
  /** Defaults filled in; `replicas` is always set. */
  readonly spec: Spec;
  readonly stable: SlotState | null;
  /** Only where there is one already: when an ended deployment is undone. */
  readonly candidate?: SlotState | null;
  readonly stableSlot: Slot | null;
  readonly candidateSlot: Slot;
  /** What a reader should know though it does not stop the deployment. */
  readonly notices: readonly string[];
}

export interface DeployResult {
  readonly candidate: SlotState;
  readonly stable: SlotState | null;
  /** The fence that this deployment now holds on the production Service. */
  readonly fence: number;
}

export interface SoakResult extends WatchEvidence {
  /** What stable counted of users' traffic meanwhile, for the monitor; absent where nothing was recorded. */
  readonly baseline?: unknown;
  /** Which errors stable has logged, for the monitor; absent where its logs were not read. */
  readonly stableErrors?: unknown;
}

export interface BaselineResult {
  /** As the monitor takes it; null where nothing could be recorded. */
  readonly baseline: unknown;
  /** What too few requests of users lead to, in one sentence; absent where there are enough. */
  readonly warning?: string;
}

export interface MonitorInput extends Target {
  /** As the soak gave it. */
  readonly baseline?: unknown;
  readonly stableErrors?: unknown;
  /** What a pod of stable used during the soak; absent where that was not measured. */
  readonly stableUsage?: SlotUsage;
}

export interface SwitchInput extends Target {
  /** The fence that this deployment last knew on the Service. */
  readonly fence: number;
  /** When the workflow asked for the switch, ISO 8601. */
  readonly requestedAt: string;
  readonly by: string;
  readonly reason: string;
}

export interface SwitchResult {
  readonly from: Slot | null;
  readonly to: Slot | null;
  /** The fence on the Service after the switch. */
  readonly fence: number;
  readonly patchedAt: string;
  readonly verifiedAt: string | null;
  readonly requestToPatchMs: number;
  readonly patchToVerifiedMs: number | null;
  readonly verification: string;
  readonly candidate: SlotState | null;
  readonly stable: SlotState | null;
}

export interface RollbackInput extends Omit<SwitchInput, 'fence'> {
  /** null when the deployment never came to claim the Service. */
  readonly fence: number | null;
  /** Whether traffic may have been switched: then back first, at once. Otherwise only late attempts are fenced off. */
  readonly mayHaveSwitched: boolean;
  /** The run id of the ended deployment whose fence this one takes over. */
  readonly inPlaceOf?: string;
}

export interface RollbackResult {
  /** null when production already selected stable and nothing had to be switched. */
  readonly switched: SwitchResult | null;
  readonly fence: number | null;
  /** The cutover of this deployment that was switched back, as it was on the Service; null where it was none. */
  readonly undoes?: { readonly fence: number; readonly at: string } | null;
  /** What production selected when the rollback came, before it changed anything. */
  readonly found?: HandEdit;
  /** What else the record should say where nothing was switched; a switch has it in its verification. */
  readonly notes?: readonly string[];
}

export interface RetentionInput extends Target {
  /** The fallback as it has to stay. */
  readonly fallback: { readonly pods: number; readonly revision: string | null };
  /** The topics of the notices so far: what was said once is not said again. */
  readonly told: readonly string[];
}

/** What somebody has changed that the record has to say. What ends the retention is a failure instead. */
export type RetentionResult =
  | { readonly over: false; readonly topic: string; readonly notice: string }
  /** There is nothing left to go back to, and so nothing to watch. */
  | { readonly over: true; readonly notice: string | null };

export interface DrainInput extends Target {
  /** The slot that goes away. */
  readonly slot: Slot;
}

export interface DrainResult {
  /** Requests that the slot still answered while it was watched; null where its metrics could not be read. */
  readonly tailRequests: number | null;
  readonly quiet: boolean;
  readonly waitedMs: number;
}

export interface TeardownInput extends Target {
  /** The slot to remove; refused when the production Service selects it at that moment. */
  readonly slot: Slot;
  /** `delete` always for a candidate that is rolled back; stable goes as the spec says. */
  readonly how: 'delete' | 'scale-to-zero';
}

export interface TeardownResult {
  readonly detail: string;
}

export interface Activities {
  preflight(input: PreflightInput): Promise<PreflightResult>;
  deploy(input: Target): Promise<DeployResult>;
  warmUp(input: Target): Promise<WarmUpEvidence>;
  smoke(input: Target): Promise<SmokeEvidence>;
  soak(input: Target): Promise<SoakResult>;
  baseline(input: Target): Promise<BaselineResult>;
  cutover(input: SwitchInput): Promise<SwitchResult>;
  monitor(input: MonitorInput): Promise<WatchEvidence>;
  rollback(input: RollbackInput): Promise<RollbackResult>;
  retention(input: RetentionInput): Promise<RetentionResult>;
  drain(input: DrainInput): Promise<DrainResult>;
  teardown(input: TeardownInput): Promise<TeardownResult>;
}

export interface ValidateInput {
  /** Not yet validated. */
  readonly spec: unknown;
}

export interface ValidateResult {
  readonly mistakes: readonly SpecMistake[];
  /** What was not tried out, and why; one sentence each. */
  readonly unchecked: readonly string[];
  /** What is no mistake and good to know; one sentence each. */
  readonly notes: readonly string[];
}

/** Beside the steps of a deployment. */
export interface ValidateActivity {
  validate(input: ValidateInput): Promise<ValidateResult>;
}
