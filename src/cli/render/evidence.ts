/** What the checks and watches found, candidate and stable side by side. */
import type { DeploymentStatus } from '../../client/index.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { MetricName, SmokeEvidence, Verdict, WatchEvidence } from '../../domain/evidence.ts';
import type { DeploymentState, SlotState } from '../../domain/state.ts';
import { checkLines } from './checks.ts';
import { metrics } from './metrics.ts';
import { blank, span, table, type Line, type Span } from './spans.ts';
import { verdictMark } from './verdicts.ts';

/** The evidence that matters now: the checks until there is a watch, then the latest watch. */
export function renderEvidence({ state, progress }: DeploymentStatus): Line[] {
  const { soak, monitor, smoke, warmUp } = state.evidence;
  const watch = progress?.watch ?? monitor ?? soak;
  const errors = warmUp?.errors ?? [];
  const lines: Line[] = [
    ...errors.map(({ message, count }): Line => [span(`  warm-up: ${count}× ${message}`, 'warning')]),
    ...(smoke !== null && (smoke.verdict === 'fail' || watch === null) ? smokeLines(smoke) : []),
    ...(watch === null ? [] : watchLines(watch, watch === progress?.watch, state)),
  ];
  return lines.length === 0 ? [] : [blank, ...lines];
}

function smokeLines({ checks }: SmokeEvidence): Line[] {
  return table(
    checks.map(({ name, passed, detail, durationMs }) => [
      passed ? span('✓', 'good') : span('✗', 'bad'),
      span(name),
      span(formatDuration(durationMs).padStart(6), 'quiet'),
      span(detail, passed ? 'quiet' : 'bad'),
    ]),
  );
}

function watchLines(watch: WatchEvidence, isLive: boolean, state: DeploymentState): Line[] {
  const name = isLive ? state.phase : watch === state.evidence.monitor ? 'monitor' : 'soak';
  const limits = name === 'monitor' ? state.spec?.monitor : state.spec?.soak;
  const rows = metrics.map((metric): Line => {
    const verdict = verdictOn(watch, metric.name);
    return [
      verdictMark(verdict),
      span(metric.label),
      span(metric.value(watch.candidate), verdict === 'fail' ? 'bad' : 'plain'),
      span(watch.stable === null ? '–' : metric.value(watch.stable), 'quiet'),
      span(limits === undefined ? '' : metric.limit(limits), 'quiet'),
    ];
  });
  const sides = [side('candidate', state.candidate), side('stable', state.stable), span('limit', 'quiet')];
  return [
    [
      span(`  ${name}${isLive ? ' so far' : ''}: `, 'strong'),
      verdictSpan(watch.verdict),
      span(`: ${watch.reason} `),
      span(`(${formatDuration(watch.watchedMs)}, ${watch.samples} samples)`, 'quiet'),
    ],
    ...table([[span(''), span(''), ...sides], ...rows]),
    ...checkLines(watch),
    ...watch.unmeasured.map(({ source, reason, count }): Line => [
      span(`  could not measure by ${source}, ${count}×: ${reason}`, 'warning'),
    ]),
  ];
}

function side(role: string, slot: SlotState | null): Span {
  return span(slot === null ? role : `${role} (${slot.slot})`, 'quiet');
}

/** The worst verdict on a metric, or null where none was given. */
function verdictOn({ findings }: WatchEvidence, metric: MetricName): Verdict | null {
  const verdicts = findings.filter((finding) => finding.metric === metric).map(({ verdict }) => verdict);
  const worstFirst: readonly Verdict[] = ['fail', 'insufficient-data', 'pass'];
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? null;
}

function verdictSpan(verdict: Verdict): Span {
  switch (verdict) {
    case 'pass':
      return span('pass', 'good');
    case 'fail':
      return span('fail', 'bad');
    case 'insufficient-data':
      return span('insufficient data', 'warning');
  }
}
