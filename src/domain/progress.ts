/**
 * What a long activity reports while it runs. It travels in the heartbeat, so it costs no history; clients read it from
 * the pending activity and show it beside the state document.
 */
import type { WatchEvidence } from './evidence.ts';
import type { SlotState, StepName } from './state.ts';

export interface Progress {
  readonly step: StepName;
  /** `3 of 10 ready; api-green-abc: ImagePullBackOff (Back-off pulling image "x")`. At most 500 characters. */
  readonly summary: string;
  readonly at: string;
  readonly candidate?: SlotState;
  readonly stable?: SlotState;
  /** The evidence so far of a soak or monitor. */
  readonly watch?: WatchEvidence;
  /** When the activity expects to be done, if nothing goes wrong. */
  readonly expectedAt?: string;
  /** A watch that is beyond its duration, in its extension, since it has insufficient data. */
  readonly isExtended?: true;
}

/** The heartbeat details of every activity: what people see, and what the next attempt resumes from. */
export interface HeartbeatDetails<Resume = unknown> {
  readonly progress: Progress;
  readonly resume: Resume;
}
