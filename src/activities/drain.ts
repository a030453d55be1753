/** Watches the slot that goes away until nobody asks it anything any more, within the limit of the spec. */
import { whyInFull } from '../domain/drain-wait.ts';
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import { numberOf } from '../domain/number-of.ts';
import { slotName } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { pause, report, type Attempt, type Step } from './attempt.ts';
import type { DrainInput, DrainResult } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { lateRequests, type LateCounter } from './late-requests.ts';
import { inTime } from '../kubernetes/time-limit.ts';

/** What one attempt leaves to the next. */
interface Resume {
  readonly startedAt: number;
  readonly tail: number | null;
}

const betweenLooksMs = 2_000;
const quietLooks = 2;
/** What the last look may take, when the time is over already. */
const lastLookMs = 1_000;

export function createDrain(dependencies: Dependencies): Step<'drain'> {
  return async (input, attempt) => {
    const limitMs = toMilliseconds(input.spec.drain);
    if (limitMs === 0) return { tailRequests: null, quiet: false, waitedMs: 0 };
    return watchTail(
      input,
      attempt,
      untroubled(() => lateRequests(dependencies, input, attempt.signal)),
    );
  };
}

/** Counts once it can be begun. A drain is a wait: what cannot be counted is not known, and ends nothing. */
export function untroubled(begin: () => Promise<LateCounter>): LateCounter {
  const begun = (): Promise<LateCounter | null> => begin().catch(() => null);
  let counting = begun();
  return async () => {
    const count = await counting;
    if (count === null) counting = begun();
    return count === null ? null : count().catch(() => null);
  };
}

/** Looks every 2 s; quiet is two looks in a row without a new request. */
export async function watchTail(input: DrainInput, attempt: Attempt, countLate: LateCounter): Promise<DrainResult> {
  const limitMs = toMilliseconds(input.spec.drain);
  let { startedAt, tail } = readResume(attempt.resume()) ?? { startedAt: Date.now(), tail: null };
  let quietFor = 0;
  let quiet = false;
  const left = (): number => startedAt + limitMs - Date.now();
  while (!quiet && left() > 0) {
    await pause(attempt, Math.min(betweenLooksMs, left()));
    attempt.signal.throwIfAborted();
    const late = await inTime(countLate(), Math.max(lastLookMs, left()), null);
    if (late !== null) tail = (tail ?? 0) + late;
    quietFor = late === 0 ? quietFor + 1 : 0;
    quiet = quietFor >= quietLooks;
    tell(attempt, input, { startedAt, tail });
  }
  return { tailRequests: tail, quiet, waitedMs: Math.max(0, Date.now() - startedAt) };
}

function tell(attempt: Attempt, { spec, slot }: DrainInput, resume: Resume): void {
  const expectedAt = new Date(resume.startedAt + toMilliseconds(spec.drain)).toISOString();
  const summary = `draining ${slotName(spec.app, slot)}: ${wordWait(spec, resume)}`;
  report(attempt, 'drain', { summary, expectedAt }, resume);
}

/** That nothing is counted where it cannot be is no fault. */
function wordWait(spec: Spec, { tail, startedAt }: Resume): string {
  const why = tail === null ? whyInFull(spec) : null;
  if (why !== null) return `all of drain (${spec.drain}) is waited for: ${why}`;
  const seen = tail === null ? 'its requests cannot be counted' : numberOf(tail, 'late request');
  return `${seen} in ${formatDuration(Date.now() - startedAt)}`;
}

function readResume(resume: unknown): Resume | null {
  if (typeof resume !== 'object' || resume === null) return null;
  const { startedAt, tail } = resume as Partial<Resume>;
  if (typeof startedAt !== 'number') return null;
  return { startedAt, tail: typeof tail === 'number' ? tail : null };
}
