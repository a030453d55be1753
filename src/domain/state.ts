/**
 * The state document: all there is to know about one deployment, as the Query `state` and the workflow's result give it.
 * docs/state.md describes it for those who read it as JSON. Times are ISO 8601 in UTC.
 */
import type { SmokeEvidence, WarmUpEvidence, WatchEvidence } from './evidence.ts';
import type { Failure } from './failure.ts';
import type { Slot } from './slot.ts';
import type { Spec } from './spec.ts';

/** The steps of a deployment, in the order in which they run. */
export const stepNames = [
  'preflight',
  'deploy',
  'warmUp',
  'smoke',
  'soak',
  'approval',
  'cutover',
  'monitor',
  'retention',
  'drain',
  'teardown',
] as const;

export type StepName = (typeof stepNames)[number] | 'rollback';

export type StepStatus = 'pending' | 'running' | 'done' | 'failed' | 'skipped' | 'interrupted';

export interface StepRecord {
  readonly name: StepName;
  readonly status: StepStatus;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** What came of it, or why it failed, in one sentence. */
  readonly detail: string | null;
}

/** How a deployment stands. All but `running` are final. */
export type Outcome =
  | 'running'
  /** The candidate serves, stable is gone; in the first deployment of an app there was none. */
  | 'finished'
  /** The candidate serves; the next deployment took over stable's slot. */
  | 'superseded'
  /** Stable serves; the candidate is gone. */
  | 'rolled-back'
  /** Stable serves because an operator said no. */
  | 'rejected'
  /** Stable serves because nobody said yes in time. */
  | 'approval-timed-out'
  /** The switch back could not be made: an operator is needed. */
  | 'rollback-failed'
  /** Preflight found that it cannot work; nothing was changed. */
  | 'refused'
  /** It stopped without a rollback, for the reason in `failure`. */
  | 'failed'
  /** Somebody ended its workflow from outside: nothing was undone. Never in the document of the workflow itself. */
  | 'terminated';

/** What one slot holds, as last seen at `seenAt`. */
export interface SlotState {
  readonly slot: Slot;
  /** The name of the Deployment. */
  readonly deployment: string;
  readonly desiredPods: number;
  readonly readyPods: number;
  readonly images: readonly string[];
  /** The digests that the pods really run, from their status; empty until a pod runs. */
  readonly imageDigests: readonly string[];
  /** Kubernetes' number of the Deployment's pod template, which grows whenever that is changed; null where it has none yet. */
  readonly revision?: string | null;
  readonly seenAt: string;
}

/** Where the production Service sends traffic, as this deployment last saw or left it. */
export interface TrafficState {
  /** null: to no slot, as before the first deployment of an app. */
  readonly slot: Slot | null;
  readonly since: string;
  /** The sequence number on the Service that the next switch has to find there. */
  readonly fence: number;
}

/** One change of the production selector. */
export interface SwitchRecord {
  /** `by-hand`: somebody has changed the selector, not this deployment. */
  readonly kind: 'cutover' | 'rollback' | 'by-hand';
  readonly from: Slot | null;
  readonly to: Slot | null;
  readonly fromImageDigests: readonly string[];
  readonly toImageDigests: readonly string[];
  /** Who caused it: the requester, an operator, or `automatic`; by hand, the field manager that the API server names. */
  readonly by: string;
  readonly approvedBy: string | null;
  readonly reason: string;
  readonly fence: number;
  /** When the workflow asked for it. */
  readonly requestedAt: string;
  /** When the API server had taken the patch. */
  readonly patchedAt: string;
  /** When EndpointSlices and fresh connections agreed; null when that could not be verified. */
  readonly verifiedAt: string | null;
  readonly requestToPatchMs: number;
  readonly patchToVerifiedMs: number | null;
  /** What was verified, or what could not be. */
  readonly verification: string;
}

export type DecisionKind = 'approve' | 'reject' | 'rollback' | 'finish' | 'cancel';

/** What an operator (or a program for them) decided, and what was accepted of it. */
export interface DecisionRecord {
  readonly kind: DecisionKind;
  readonly by: string;
  readonly reason: string;
  /** `start`: the workflow was started for it. */
  readonly via: 'update' | 'signal' | 'cancel' | 'start';
  readonly at: string;
}

export interface DeploymentState {
  readonly schemaVersion: 1;
  /** `<namespace>/<app>`, which is also the workflow id. */
  readonly id: string;
  readonly runId: string;
  readonly app: string;
  readonly namespace: string;
  readonly service: string;
  readonly outcome: Outcome;
  /** The step that runs, or the last one that ran. */
  readonly phase: StepName;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly requestedBy: string;
  readonly reason: string;
  /** The spec with its defaults filled in; null until preflight has validated it. */
  readonly spec: Spec | null;
  readonly stable: SlotState | null;
  readonly candidate: SlotState | null;
  readonly traffic: TrafficState | null;
  readonly steps: readonly StepRecord[];
  /** Whom or what it is waiting for; null while it is working. */
  readonly waitingFor: string | null;
  /** What happens next by itself, and when; null when only a person or the running step decides. */
  readonly next: { readonly what: string; readonly at: string } | null;
  readonly evidence: {
    readonly warmUp: WarmUpEvidence | null;
    readonly smoke: SmokeEvidence | null;
    readonly soak: WatchEvidence | null;
    readonly monitor: WatchEvidence | null;
  };
  readonly switches: readonly SwitchRecord[];
  readonly decisions: readonly DecisionRecord[];
  /** What else an operator should know, oldest first: refused messages, restored slots; at most 20. */
  readonly notices: readonly { readonly at: string; readonly text: string }[];
  readonly failure: Failure | null;
}
