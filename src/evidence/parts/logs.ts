/** What the logs of both slots say: absent where the spec says `logs: none`. */
import { logEvidence } from '../logs/log-evidence.ts';
import { logFindings, logsAreUnsettled } from '../logs/log-findings.ts';
import { logsAfter, newLogs, type LogsState } from '../logs/log-state.ts';
import type { WatchPart } from '../watch-part.ts';
import type { LogsPlan, Watch, WatchState } from '../watch-state.ts';

export const logsPart: WatchPart = {
  after({ logs: plan }, state, { candidate, stable }) {
    if (plan === undefined || candidate.logs === 'later' || stable?.logs === 'later') return {};
    const read = { candidate: candidate.logs, stable: stable?.logs, startedAt: state.startedAt };
    return { logs: logsAfter(known(plan, state), read) };
  },
  findings: findingsOf,
  urgent: findingsOf,
  evidence({ logs: plan }, { logs }) {
    return plan === undefined || logs === undefined ? {} : { logs: logEvidence(logs, plan.against) };
  },
  isUnsettled({ logs: plan }, state) {
    return plan !== undefined && logsAreUnsettled(known(plan, state));
  },
};

function findingsOf({ logs: plan }: Watch, state: WatchState) {
  return plan === undefined ? [] : logFindings(known(plan, state), plan.against);
}

/** Those of which no look has taken over anything yet could not be read so far. */
function known(plan: LogsPlan, { logs, stable }: WatchState): LogsState {
  return logs ?? newLogs(stable !== null, plan.known);
}
