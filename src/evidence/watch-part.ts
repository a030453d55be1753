/** One of the things that a watch looks at. Each is a file of its own behind this interface, and pure; it has what it has a say in. */
import type { Finding, WatchEvidence } from '../domain/evidence.ts';
import type { Look } from './arm.ts';
import type { Watch, WatchState } from './watch-state.ts';

export interface WatchPart {
  /** What it keeps of the watch, after one more look. */
  after?(watch: Watch, before: WatchState, look: Look): Partial<WatchState>;
  /** What decides the verdict as the watch stands: at its end, all of it. */
  findings?(watch: Watch, state: WatchState): readonly Finding[];
  /** Those of which a failure need not be waited for until the end. */
  urgent?(watch: Watch, state: WatchState): readonly Finding[];
  /** What the state document shows of it. */
  evidence?(watch: Watch, state: WatchState): Partial<WatchEvidence>;
  /** Whether one more look may change its findings: something is amiss that one look alone does not decide. */
  isUnsettled?(watch: Watch, state: WatchState): boolean;
}
