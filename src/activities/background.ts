/** The requests at a slot's pods that are no user's: Kubernetes' HTTP probes, and the looks at the metrics. */
import type { Background } from '../evidence/pod-page.ts';
import type { Subject } from '../evidence/source.ts';
import type { Slot } from '../domain/slot.ts';
import { httpProbes, withoutQuery, type HttpProbe } from '../kubernetes/probe-paths.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { SlotViews } from './slot-views.ts';

export interface BackgroundOf {
  readonly views: SlotViews;
  /** The paths that the worker itself asks of a slot, to be counted; none where it asks nothing. */
  readonly asked: (slot: Slot) => readonly string[];
  /** The looks at the pods' metrics; null where a server scrapes them, nobody knows how often. Never, where they are not counted. */
  readonly looks: { readonly path: string; readonly everyMs: number } | null;
}

/** Users ask for it, too: what is asked of it cannot be told, whatever labels there are. */
const root = '/';

/** What it is of a slot's pods, as the first look at it has found: counters of other requests would be others. */
export function backgroundOf({ views, asked, looks }: BackgroundOf): (subject: Subject, pod: PodView) => Background {
  const known = new Map<Slot, readonly HttpProbe[]>();
  const probesOf = (slot: Slot): readonly HttpProbe[] => {
    const found = known.get(slot);
    if (found !== undefined) return found;
    const deployment = views.last(slot)?.deployment;
    if (deployment === undefined) return [];
    const looked = looks === null ? [] : [{ path: withoutQuery(looks.path), perSecond: 1_000 / looks.everyMs }];
    const probes = [...httpProbes(deployment), ...looked];
    known.set(slot, probes);
    return probes;
  };
  return ({ slot }, pod) => {
    const probes = probesOf(slot);
    const own = asked(slot).map(withoutQuery);
    const paths = probes.map(({ path }) => path).filter((path) => path !== root && !own.includes(path));
    // The worker knows how much it has asked itself, so there are enough requests beside them.
    const explained = (those: readonly HttpProbe[]): number => (own.length > 0 ? 0 : explainedBy(those, pod));
    const rootProbes = probes.filter(({ path }) => path === root);
    return { paths: new Set(paths), ofRoot: explained(rootProbes), ofAll: explained(probes) };
  };
}

/** How many there have been since the pod is ready. */
function explainedBy(probes: readonly HttpProbe[], { readySince }: PodView): number {
  if (readySince === null) return 0;
  const seconds = Math.max(0, (Date.now() - Date.parse(readySince)) / 1_000);
  return Math.round(seconds * probes.reduce((sum, { perSecond }) => sum + perSecond, 0));
}
