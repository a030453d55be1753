/** What the logs of both slots say: absent where the spec says `logs: none`. */
import { logEvidence } from '../logs/log-evidence.ts';
import { logFindings, logsAreUnsettled } from '../logs/log-findings.ts';
import { logsAfter, newLogs } from '../logs/log-state.ts';
import type { WatchPart } from '../watch-part.ts';
import type { Watch, WatchState } from '../watch-state.ts';

export const logsPart: WatchPart = {
  after({ logs: plan }, { startedAt, logs }, { candidate, stable }) {
    if (plan === undefined || candidate.logs === 'later' || stable?.logs === 'later') return {};
    const before = logs ?? newLogs(stable !== null, plan.known);
    return { logs: logsAfter(before, { candidate: candidate.logs, stable: stable?.logs, startedAt }) };
  },
  findings: findingsOf,
  urgent: findingsOf,
  evidence({ logs: plan }, { logs }) {
    return plan === undefined || logs === undefined ? {} : { logs: logEvidence(logs, plan.against) };
  },
  isUnsettled({ logs: plan }, { logs }) {
    return plan !== undefined && logs !== undefined && logsAreUnsettled(logs);
  },
};

function findingsOf({ logs: plan }: Watch, { logs }: WatchState) {
  return plan === undefined || logs === undefined ? [] : logFindings(logs, plan.against);
}
