/** One look at one slot: what all sources say of it, put together. */
import { unmeasured, type Reading, type Sample, type Source, type Subject } from './source.ts';

/** What a source could not measure. */
export interface Trouble {
  readonly source: string;
  readonly reason: string;
}

/** Asks every source at the same time. Rejects only when the signal aborts: a source that fails has measured nothing. */
export async function takeSample(
  sources: readonly Source[],
  subject: Subject,
  signal: AbortSignal,
): Promise<{ sample: Sample; troubles: Trouble[] }> {
  const readings = await Promise.all(
    sources.map(async (source) => ({ source: source.name, reading: await read(source, subject, signal) })),
  );
  return {
    sample: combine(readings.flatMap(({ reading }) => sampleOf(reading))),
    troubles: readings.flatMap(({ source, reading }) =>
      reasonsOf(reading).map((reason) => ({ source: `${source} of ${subject.slot}`, reason })),
    ),
  };
}

function reasonsOf(reading: Reading): readonly string[] {
  return reading.kind === 'unmeasured' ? [reading.reason] : (reading.missed ?? []);
}

/** Counters of several sources are of different things, by different keys; all else comes from one source alone. */
function combine(samples: readonly Sample[]): Sample {
  const first = samples.reduceRight<Sample>((others, sample) => ({ ...others, ...sample }), {});
  const counters = samples.flatMap((sample) => (sample.counters === undefined ? [] : [sample.counters]));
  const unread = samples.flatMap((sample) => (sample.unread === undefined ? [] : [sample.unread]));
  return {
    ...first,
    ...(counters.length === 0 ? {} : { counters: Object.fromEntries(counters.flatMap((one) => Object.entries(one))) }),
    ...(unread.length === 0 ? {} : { unread: unread.flat() }),
  };
}

/** With why not all of it could be read, which the source says of all that it missed. */
function sampleOf(reading: Reading): Sample[] {
  if (reading.kind === 'unmeasured') return [];
  const { sample, missed: [why] = [] } = reading;
  return [why === undefined || (sample.unread ?? []).length === 0 ? sample : { ...sample, unreadWhy: why }];
}

async function read(source: Source, subject: Subject, signal: AbortSignal): Promise<Reading> {
  try {
    return await source.sample(subject, signal);
  } catch (error) {
    signal.throwIfAborted();
    return unmeasured(error instanceof Error ? error.message : String(error));
  }
}
