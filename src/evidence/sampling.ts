/** One look at one slot: what all sources say of it, put together. */
import type { PodCounters } from './counters.ts';
import { unmeasured, type PodsStatus, type Reading, type Sample, type Source, type Subject } from './source.ts';

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
  const samples = readings.flatMap(({ reading }) => (reading.kind === 'sample' ? [reading.sample] : []));
  return {
    sample: combine(samples),
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
  let counters: Record<string, PodCounters> | undefined;
  let probes: Sample['probes'];
  let unread: string[] | undefined;
  let unreadWhy: string | undefined;
  let pods: PodsStatus | undefined;
  let checks: Sample['checks'];
  let usage: Sample['usage'];
  let warnings: Sample['warnings'];
  let failedProbes: Sample['failedProbes'];
  let logs: Sample['logs'];
  for (const sample of samples) {
    if (sample.counters !== undefined) counters = { ...counters, ...sample.counters };
    if (sample.unread !== undefined) unread = [...(unread ?? []), ...sample.unread];
    unreadWhy ??= sample.unreadWhy;
    probes ??= sample.probes;
    pods ??= sample.pods;
    checks ??= sample.checks;
    usage ??= sample.usage;
    warnings ??= sample.warnings;
    failedProbes ??= sample.failedProbes;
    logs ??= sample.logs;
  }
  return {
    ...(counters === undefined ? {} : { counters }),
    ...(probes === undefined ? {} : { probes }),
    ...(unread === undefined ? {} : { unread }),
    ...(unreadWhy === undefined ? {} : { unreadWhy }),
    ...(pods === undefined ? {} : { pods }),
    ...(checks === undefined ? {} : { checks }),
    ...(usage === undefined ? {} : { usage }),
    ...(warnings === undefined ? {} : { warnings }),
    ...(failedProbes === undefined ? {} : { failedProbes }),
    ...(logs === undefined ? {} : { logs }),
  };
}

async function read(source: Source, subject: Subject, signal: AbortSignal): Promise<Reading> {
  try {
    return await source.sample(subject, signal);
  } catch (error) {
    signal.throwIfAborted();
    return unmeasured(error instanceof Error ? error.message : String(error));
  }
}
