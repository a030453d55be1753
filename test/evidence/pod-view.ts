import type { PodView } from '../../src/kubernetes/pod.ts';

/** A ready pod of which nothing is amiss, but for `changes`. */
export function podView(name: string, changes: Partial<PodView> = {}): PodView {
  const rest = {
    terminating: false,
    disrupted: false,
    readySince: null,
    everReady: true,
    ended: null,
    restarts: 0,
    oomKills: [],
    ports: [],
    imageDigests: [],
    problem: null,
  };
  return { name, uid: `uid-${name}`, ip: '10.0.0.1', ready: true, ...rest, ...changes };
}
