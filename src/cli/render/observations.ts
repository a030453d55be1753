/** What a watch found out beside the requests that it judges: one line each. */
import type {
  DistributionEvidence,
  FailedProbe,
  PodWarning,
  SlotUsage,
  UsageEvidence,
  WatchEvidence,
} from '../../domain/evidence.ts';
import { percentage } from '../../domain/percentage.ts';
import { describeBytes, describeCores } from '../../domain/usage-words.ts';
import { span, type Line } from './spans.ts';
import { clock } from './times.ts';

export function renderObservations(watch: WatchEvidence, now: Date): Line[] {
  const { distribution, usage, warnings = [], failedProbes = [] } = watch;
  return [
    ...(distribution === undefined ? [] : [distributionLine(distribution, now)]),
    ...(usage === undefined ? [] : [usageLine(usage)]),
    ...warnings.map((warning) => warningLine(warning, now)),
    ...failedProbes.map((probe) => probeLine(probe, now)),
  ];
}

function distributionLine(distribution: DistributionEvidence, now: Date): Line {
  const { candidateShare, stableRequests, stableLastAt, tailIsOver } = distribution;
  const share = candidateShare === null ? 'no requests lately' : `${percentage(candidateShare)} of the last requests`;
  const tail =
    stableLastAt === null
      ? 'stable got none since the cutover'
      : `stable got ${stableRequests} since the cutover, the last at ${clock(stableLastAt, now)}`;
  const end = stableLastAt !== null && !tailIsOver ? ', and may get more' : '';
  return [
    span('  traffic to the candidate: ', 'quiet'),
    span(share),
    span(`; ${tail}${end}`, tailIsOver ? 'quiet' : 'warning'),
  ];
}

function usageLine({ candidate, stable, why }: UsageEvidence): Line {
  if (candidate === null && stable === null) {
    return [span(`  CPU and memory are not known: ${why ?? 'they were not measured'}`, 'quiet')];
  }
  return [
    span('  CPU and memory of a pod: ', 'quiet'),
    span(used(candidate)),
    span(`; of stable's: ${used(stable)}`, 'quiet'),
  ];
}

function used(slot: SlotUsage | null): string {
  return slot === null ? '–' : `${describeCores(slot.cpuPerPod)} and ${describeBytes(slot.memoryPerPod)}`;
}

function warningLine({ slot, reason, message, objects, count, lastAt }: PodWarning, now: Date): Line {
  const of = objects === 1 ? '' : ` of ${objects} pods`;
  return [span(`  ${slot}: ${count}× ${reason}${of}, last at ${clock(lastAt, now)}: ${message}`, 'warning')];
}

function probeLine({ slot, request, outcome, at, traceId }: FailedProbe, now: Date): Line {
  return [span(`  ${slot}: ${request} at ${clock(at, now)} ${outcome} (trace ${traceId})`, 'warning')];
}
