/** What every watch measures by: the pods' own metrics, and what Kubernetes tells of the pods. */
import type { Slot } from '../domain/slot.ts';
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

export function sourcesOf(
  { cluster, access }: Dependencies,
  { target, views, port }: Pick<WatchRun, 'target' | 'views' | 'port'>,
): Source[] {
  const { spec } = target;
  const { namespace, app, metrics } = spec;
  const view = ({ slot }: { slot: Slot }) => views.read(slot);
  const pods = async (subject: Subject) => (await view(subject))?.pods ?? [];
  const warnings = new RecentReading(readAgainMs, () => readWarnings(cluster, namespace));
  const usage = {
    blue: new RecentReading(readAgainMs, () => readPodUsage(cluster, { namespace, app, slot: 'blue' })),
    green: new RecentReading(readAgainMs, () => readPodUsage(cluster, { namespace, app, slot: 'green' })),
  };
  const background = ({ slot }: Subject): ReadonlySet<string> => {
    const deployment = views.last(slot)?.deployment;
    const paths = deployment === undefined ? [] : probePaths(deployment);
    return new Set(metrics === 'none' ? paths : [...paths, metrics.path]);
  };
  return [
    podsStatus(view),
    podWarnings({ read: () => warnings.get(), view }),
    podsUsage(({ slot }) => usage[slot].get()),
    ...(metrics === 'none' ? [] : [podsMetrics({ way: access[spec.access], metrics, pods, port, background })]),
  ];
}
