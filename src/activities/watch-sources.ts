/** What every watch measures by: the pods' own metrics, and what Kubernetes tells of the pods. */
import { podWarnings } from '../evidence/pod-warnings.ts';
import { podsMetrics } from '../evidence/pods-metrics.ts';
import { podsStatus } from '../evidence/pods-status.ts';
import { podsUsage } from '../evidence/pods-usage.ts';
import type { Source, Subject } from '../evidence/source.ts';
import { readPodUsage } from '../kubernetes/pod-usage.ts';
import { probePaths } from '../kubernetes/probe-paths.ts';
import { readWarnings } from '../kubernetes/warnings.ts';
import type { Dependencies } from './dependencies.ts';
import { RecentReading } from './recent-reading.ts';
import type { WatchRun } from './watch-slots.ts';

/** Neither changes faster: metrics-server measures every 15 s, and events are for people. */
const readAgainMs = 2_000;

type Watching = Pick<WatchRun, 'target' | 'views' | 'port'>;

export function sourcesOf(dependencies: Dependencies, watching: Watching): Source[] {
  return [...requestSources(dependencies, watching), ...observingSources(dependencies, watching)];
}

/** Where the requests of users are counted: the status of the pods tells which of them there are. */
export function requestSources({ access }: Dependencies, { target: { spec }, views, port }: Watching): Source[] {
  const { metrics } = spec;
  const pods = async ({ slot }: Subject) => (await views.read(slot))?.pods ?? [];
  const background = ({ slot }: Subject): ReadonlySet<string> => {
    const deployment = views.last(slot)?.deployment;
    const paths = deployment === undefined ? [] : probePaths(deployment);
    return new Set(metrics === 'none' ? paths : [...paths, metrics.path]);
  };
  return [
    podsStatus(({ slot }) => views.read(slot)),
    ...(metrics === 'none' ? [] : [podsMetrics({ way: access[spec.access], metrics, pods, port, background })]),
  ];
}

function observingSources({ cluster }: Dependencies, { target: { spec }, views }: Watching): Source[] {
  const { namespace, app } = spec;
  const warnings = new RecentReading(readAgainMs, () => readWarnings(cluster, namespace));
  const usage = {
    blue: new RecentReading(readAgainMs, () => readPodUsage(cluster, { namespace, app, slot: 'blue' })),
    green: new RecentReading(readAgainMs, () => readPodUsage(cluster, { namespace, app, slot: 'green' })),
  };
  return [
    podWarnings({ read: () => warnings.get(), view: ({ slot }) => views.read(slot) }),
    podsUsage(({ slot }) => usage[slot].get()),
  ];
}
