import { beginCounting, count, type CounterState } from '../evidence/counters.ts';
import { podsMetrics } from '../evidence/pods-metrics.ts';
import { podPort } from '../kubernetes/pod-port.ts';
import { probePaths, withoutQuery } from '../kubernetes/probe-paths.ts';
import type { PodView } from '../kubernetes/pod.ts';
import { readPods, readSlot } from '../kubernetes/slot.ts';
import type { DrainInput } from './contract.ts';
import type { Dependencies } from './dependencies.ts';

/** How many requests of users the slot answered since the call before; null where its metrics cannot tell. */
export type LateCounter = () => Promise<number | null>;

/** Counts by the pods' own metrics, from now on. */
export async function lateRequests(
  { cluster, access }: Dependencies,
  { spec, slot }: DrainInput,
  signal: AbortSignal,
): Promise<LateCounter> {
  const { metrics, namespace, app } = spec;
  // What Prometheus scrapes every now and then comes too late to say that a slot is quiet.
  if (metrics === 'none' || 'prometheus' in metrics) return () => Promise.resolve(null);
  const reference = { namespace, app, slot };
  const view = await readSlot(cluster, reference);
  const port = await podPort(cluster, spec, view);
  const paths = new Set([withoutQuery(metrics.path), ...(view === null ? [] : probePaths(view.deployment))]);
  let readyPods = 0;
  const pods = async (): Promise<PodView[]> => {
    const found = await readPods(cluster, reference);
    readyPods = found.filter(({ ready }) => ready).length;
    return found;
  };
  // Whoever is still there is waited for, whichever requests are compared.
  const { only: _only, ...everything } = metrics;
  const background = () => ({ paths, ofRoot: 0, ofAll: 0 });
  const source = podsMetrics({ way: access[spec.access], metrics: everything, port, pods, background });
  let state: CounterState | null = null;
  const look: LateCounter = async () => {
    const reading = await source.sample({ spec, slot }, signal);
    // Where no pod is ready there is nobody who could answer.
    if (readyPods === 0) return 0;
    if (reading.kind === 'unmeasured' || reading.sample.counters === undefined) return null;
    // A pod that was not read may be the one that still answers.
    if (reading.sample.unread?.length !== 0) return null;
    const before = state;
    state = before === null ? beginCounting(reading.sample.counters) : count(before, reading.sample.counters);
    return before === null ? null : state.totals.requests - before.totals.requests;
  };
  await look();
  return look;
}
