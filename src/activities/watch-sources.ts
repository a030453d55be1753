/** What every watch measures by: the pods' own metrics, and what Kubernetes tells of the pods. */
import type { PodMetricsSpec } from '../domain/spec.ts';
import { sourceInTime } from '../evidence/in-time.ts';
import { podWarnings } from '../evidence/pod-warnings.ts';
import { podsStatus } from '../evidence/pods-status.ts';
import { podsUsage } from '../evidence/pods-usage.ts';
import type { PrometheusApi } from '../evidence/prometheus/api.ts';
import type { Source, Subject } from '../evidence/source.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { readPodUsage } from '../kubernetes/pod-usage.ts';
import { readWarnings } from '../kubernetes/warnings.ts';
import { backgroundOf, type BackgroundOf } from './background.ts';
import type { Dependencies } from './dependencies.ts';
import { connectPrometheus, lazily } from './prometheus-server.ts';
import { RecentReading } from './recent-reading.ts';
import { requestCounts } from './request-counts.ts';
import type { SlotViews } from './slot-views.ts';
import type { WatchRun } from './watch-slots.ts';

/** Neither changes faster: metrics-server measures every 15 s, and events are for people. */
const readAgainMs = 2_000;
/** They only go with the rest: a metrics API that hangs may not hold up the look that finds a bad candidate. */
const observedWithinMs = 3_000;

type Watching = Pick<WatchRun, 'target' | 'views' | 'port'> & {
  /** The time between two looks. */
  readonly everyMs: number;
  /** The paths that the worker itself asks of a slot meanwhile; none where it is absent. */
  readonly asked?: BackgroundOf['asked'];
};

export function sourcesOf(
  dependencies: Dependencies,
  watching: Watching,
  prometheus?: () => Promise<PrometheusApi>,
): Source[] {
  return [...requestSources(dependencies, watching, prometheus), ...observingSources(dependencies, watching)];
}

export function podsFrom(views: SlotViews): (subject: Pick<Subject, 'slot'>) => Promise<readonly PodView[]> {
  return async ({ slot }) => (await views.read(slot))?.pods ?? [];
}

/** Where the requests of users are counted: the status of the pods tells which of them there are. */
export function requestSources(
  dependencies: Dependencies,
  { target: { spec }, views, port, everyMs, asked = () => [] }: Watching,
  prometheus = lazily(() => connectPrometheus(dependencies, spec)),
): Source[] {
  const { metrics } = spec;
  const looks = metrics === 'none' || 'prometheus' in metrics ? null : looksAt(metrics, port, everyMs);
  const background = backgroundOf({ views, asked, looks });
  const counts = requestCounts(dependencies, spec, { pods: podsFrom(views), port, prometheus, background });
  return [podsStatus(({ slot }) => views.read(slot)), ...(counts === null ? [] : [counts])];
}

/** Where the metrics have a server of their own, what is asked of it is not among the requests. */
function looksAt(metrics: PodMetricsSpec, port: number, everyMs: number): BackgroundOf['looks'] {
  const isSameServer = metrics.port === undefined || metrics.port === port;
  return { path: metrics.path, everyMs: isSameServer ? everyMs : Number.POSITIVE_INFINITY };
}

function observingSources({ cluster }: Dependencies, { target: { spec }, views }: Watching): Source[] {
  const { namespace, app } = spec;
  const warnings = new RecentReading(readAgainMs, () => readWarnings(cluster, namespace));
  const usage = {
    blue: new RecentReading(readAgainMs, () => readPodUsage(cluster, { namespace, app, slot: 'blue' })),
    green: new RecentReading(readAgainMs, () => readPodUsage(cluster, { namespace, app, slot: 'green' })),
  };
  const sources = [
    podWarnings({ read: () => warnings.get(), view: ({ slot }) => views.read(slot) }),
    podsUsage(({ slot }) => usage[slot].get()),
  ];
  return sources.map((source) => sourceInTime(source, () => observedWithinMs));
}
