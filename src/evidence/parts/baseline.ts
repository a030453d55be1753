/** What stable's pods count of users' requests, recorded for the monitor: it decides nothing in the watch that records it. */
import { record } from '../baseline.ts';
import type { WatchPart } from '../watch-part.ts';

export const baselinePart: WatchPart = {
  after({ records }, { baseline }, { at, stable }) {
    if (baseline === null || stable === null || records === null) return {};
    return { baseline: record(baseline, stable, at, records) };
  },
};
