/** What to do about a watch that has insufficient data: of what there was too little says it. Pure. */
import { deadlines, isOver } from './deadline.ts';
import { toMilliseconds } from './duration.ts';
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
  const others = `, or raise ${setting}, lower ${step}.minimumRequests, or say ${step}.onInsufficientData: continue`;
  const longer = kinds.has('requests') ? others : '';
  return `${isOver(deadlines[step](spec))} and the ${step} has insufficient data: ${reason}. It ends so since ${step}.onInsufficientData is rollback: ${advice}, then deploy again${longer}`;
}

/** So long, or half the monitor, users are counted before it is said what they do not come to. */
const leastCountedMs = 30_000;

/** What becomes of the monitor where users go on asking as little as they did before the cutover; null where it can pass. */
export function foreseeInsufficient(
  { requests, forMs }: { readonly requests: number; readonly forMs: number },
  { monitor }: Pick<Spec, 'monitor'>,
): string | null {
  const { minimumRequests, onInsufficientData } = monitor;
  const durationMs = toMilliseconds(monitor.duration);
  if (forMs < Math.min(leastCountedMs, durationMs / 2)) return null;
  if ((requests / forMs) * (durationMs + toMilliseconds(monitor.extension)) >= minimumRequests) return null;
  const what = onInsufficientData === 'rollback' ? 'production is switched back' : 'the deployment goes on unjudged';
  return `at that rate the monitor gets fewer than monitor.minimumRequests (${minimumRequests}), and ${what}`;
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
