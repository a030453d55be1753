/** The checks of a soak or a monitor as a source: all of them at each look. */
import type { WatchCheck } from '../../domain/spec.ts';
import { reasonOf } from '../../kubernetes/access/index.ts';
import { concurrently } from '../concurrently.ts';
import type { Reading, Source, Subject } from '../source.ts';
import { missing, type CheckReading } from './reading.ts';
import { isCompared } from './state.ts';

/** Asks one check of one slot. */
export type AskCheck = (check: WatchCheck, subject: Subject, signal: AbortSignal) => Promise<CheckReading>;

/** All that a spec may have: a server that hangs is waited for once, and not once for each few of them. */
const atOnce = 20;
const reasonsKept = 5;

/** Stable is asked only what it is compared by. */
export function checksSource(checks: readonly WatchCheck[], candidate: Subject['slot'], ask: AskCheck): Source {
  return {
    name: 'checks',
    async sample(subject, signal): Promise<Reading> {
      const asked = subject.slot === candidate ? checks : checks.filter(isCompared);
      const readings = await concurrently(asked, atOnce, async (check) => {
        const reading = await ask(check, subject, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          return missing(reasonOf(error));
        });
        return [check.name, reading] as const;
      });
      const missed = readings.flatMap(([name, reading]) =>
        reading.kind === 'missing' ? [`${name}: ${reading.reason}`] : [],
      );
      return {
        kind: 'sample',
        sample: { checks: Object.fromEntries(readings) },
        missed: missed.slice(0, reasonsKept),
      };
    },
  };
}
