/** What to do about a watch that has insufficient data: of what there was too little says it. Pure. */
import { deadlines, isOver } from './deadline.ts';
import type { MetricName, WatchEvidence } from './evidence.ts';
import type { Spec } from './spec.ts';

/** What is said of a deployment that ends so. */
export function describeInsufficient(
  step: 'soak' | 'monitor',
  { reason, findings }: WatchEvidence,
  spec: Spec,
): string {
  const deciding = findings.filter(({ verdict }) => verdict === 'insufficient-data').map(({ metric }) => metric);
  const kinds = new Set(deciding.length === 0 ? (['requests'] as const) : deciding.map((metric) => kindOf[metric]));
  const advice = [...kinds].map((kind) => adviceOf[kind](step)).join('; ');
  const { setting } = deadlines[step](spec);
  const longer = kinds.has('requests') ? `, or raise ${setting}` : '';
  return `${isOver(deadlines[step](spec))} and the ${step} has insufficient data: ${reason}. It ends so since ${step}.onInsufficientData is rollback: ${advice}, then deploy again${longer}`;
}

type Kind = 'requests' | 'pods' | 'usage' | 'logs' | 'checks';

const kindOf: Readonly<Record<MetricName, Kind>> = {
  requests: 'requests',
  'error-rate': 'requests',
  p95: 'requests',
  p99: 'requests',
  restarts: 'pods',
  'oom-kills': 'pods',
  readiness: 'pods',
  cpu: 'usage',
  memory: 'usage',
  logs: 'logs',
  check: 'checks',
};

const adviceOf: Readonly<Record<Kind, (step: string) => string>> = {
  requests: () => 'see that the metrics can be read and requests come',
  pods: () => "see that the API server tells the pods' status",
  usage: (step) =>
    `see that the cluster's metrics API tells what the pods use, or leave cpu and memory out of ${step}.thresholds`,
  logs: () => 'see that the logs of both slots can be read, or write logs: none',
  checks: () => 'see what the checks give now by `cutover validate --connect`, and mend them',
};
