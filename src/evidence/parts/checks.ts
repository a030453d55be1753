/** The checks of the spec. */
import { areChecksUnsettled, checkEvidence, checkFindings, checksAfterLook, failedChecks } from '../checks/state.ts';
import type { WatchPart } from '../watch-part.ts';

export const checksPart: WatchPart = {
  after({ checks = [] }, { checks: before = {} }, { candidate, stable, at }) {
    if (checks.length === 0) return {};
    const found = { candidate: candidate.checks, stable: stable === null ? null : stable.checks, at };
    return { checks: checksAfterLook(before, checks, found) };
  },
  findings({ checks = [] }, state) {
    return checkFindings(state.checks ?? {}, checks);
  },
  urgent({ checks = [] }, state) {
    return failedChecks(state.checks ?? {}, checks);
  },
  evidence({ checks = [] }, state) {
    return checks.length === 0 ? {} : { checks: checkEvidence(state.checks ?? {}, checks) };
  },
  isUnsettled({ checks = [] }, state) {
    return areChecksUnsettled(state.checks ?? {}, checks);
  },
};
