/** The candidate against the limits of the spec: what its pods count, and whether they are ready and stay so. */
import { isShort, wholeWatch } from '../arm.ts';
import { judge, judgePods } from '../judge.ts';
import { unlessByChance } from '../statistical-findings.ts';
import type { WatchPart } from '../watch-part.ts';

export const limitsPart: WatchPart = {
  findings({ limits, comparison }, state) {
    return unlessByChance(judge(wholeWatch(state.candidate), limits), comparison, state.comparison);
  },
  urgent({ limits }, { candidate }) {
    return judgePods(wholeWatch(candidate), limits);
  },
  isUnsettled({ limits }, { candidate, samples }) {
    const isUnread = limits.metrics !== 'none' && (candidate.unread === null || candidate.unread.length > 0);
    const isUnready = !candidate.statusIsFresh || isShort(candidate);
    // What is counted is what comes between two looks.
    return samples < 2 || isUnread || isUnready;
  },
};
