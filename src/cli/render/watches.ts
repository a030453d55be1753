import type { DeploymentStatus } from '../../client/index.ts';
import type { WatchEvidence } from '../../domain/evidence.ts';

export interface Watches {
  readonly soak: WatchEvidence | null;
  readonly monitor: WatchEvidence | null;
  /** The one that runs. */
  readonly live: 'soak' | 'monitor' | null;
}

/** What the watches found, and what the one that runs has found so far. */
export function watchesOf({ state, progress }: DeploymentStatus): Watches {
  const { soak, monitor } = state.evidence;
  if (progress?.watch === undefined) return { soak, monitor, live: null };
  return progress.step === 'monitor'
    ? { soak, monitor: progress.watch, live: 'monitor' }
    : { soak: progress.watch, monitor, live: 'soak' };
}
