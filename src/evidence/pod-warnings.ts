/** What Kubernetes warns of about the pods of a slot and the ReplicaSets that make them. */
import { slotName } from '../domain/slot.ts';
import { apiErrorKind, describeApiError } from '../kubernetes/errors.ts';
import type { SlotView } from '../kubernetes/slot.ts';
import type { WarningEvent } from '../kubernetes/warnings.ts';
import { unmeasured, type Reading, type SeenWarning, type Source, type Subject } from './source.ts';

export interface PodWarningsOptions {
  /** The warnings of the namespace at this look. */
  readonly read: () => Promise<{ readonly events: readonly WarningEvent[]; readonly isPartial: boolean }>;
  readonly view: (subject: Subject) => Promise<SlotView | null>;
}

/** A right that is missing is said once. */
export function podWarnings({ read, view }: PodWarningsOptions): Source {
  const refused = new Set<string>();
  return {
    name: 'Kubernetes events',
    async sample(subject, signal): Promise<Reading> {
      try {
        const [{ events, isPartial }, seen] = await Promise.all([read(), view(subject)]);
        const uids = new Set(seen?.pods.map(({ uid }) => uid));
        const warnings = events.filter((event) => isAbout(event, subject, uids)).map(shorten);
        const missed = isPartial ? ['the namespace has more warnings than are read'] : [];
        return { kind: 'sample', sample: { warnings }, missed };
      } catch (error) {
        signal.throwIfAborted();
        const isKnown = refused.has(subject.slot);
        if (apiErrorKind(error) === 'forbidden') refused.add(subject.slot);
        return isKnown ? { kind: 'sample', sample: {} } : unmeasured(describeApiError(error));
      }
    },
  };
}

/** A ReplicaSet has the name of its Deployment, and the hash of its template. */
function isAbout(
  { kind, name, subject: uid }: WarningEvent,
  { spec, slot }: Subject,
  pods: ReadonlySet<string>,
): boolean {
  if (kind === 'Pod') return pods.has(uid);
  const deployment = `${slotName(spec.app, slot)}-`;
  return name.startsWith(deployment) && /^[a-z0-9]+$/.test(name.slice(deployment.length));
}

function shorten({ uid, name, reason, message, count, at }: WarningEvent): SeenWarning {
  return { uid, object: name, reason, message, count, at };
}
