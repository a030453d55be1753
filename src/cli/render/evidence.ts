/** What the checks and watches found, candidate and stable side by side. */
import type { DeploymentStatus } from '../../client/index.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { SmokeEvidence, WatchEvidence } from '../../domain/evidence.ts';
import type { DeploymentState, SlotState } from '../../domain/state.ts';
import { chartLines } from './chart.ts';
import { comparisonLines } from './comparison.ts';
import { metrics } from './metrics.ts';
import { blank, paragraph, span, table, type Line, type Span } from './spans.ts';
import { lookOfVerdict, verdictMark, verdictOn, wordVerdict } from './verdicts.ts';

/** The evidence that matters now: the checks until there is a watch, then the latest watch. */
export function renderEvidence({ state, progress }: DeploymentStatus, width: number): Line[] {
  const { soak, monitor, smoke, warmUp } = state.evidence;
  const watch = progress?.watch ?? monitor ?? soak;
  const errors = warmUp?.errors ?? [];
  const lines: Line[] = [
    ...errors.map(({ message, count }): Line => [span(`  warm-up: ${count}× ${message}`, 'warning')]),
    ...(smoke !== null && (smoke.verdict === 'fail' || watch === null) ? smokeLines(smoke) : []),
    ...(watch === null ? [] : watchLines(watch, watch === progress?.watch, state, width)),
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

function watchLines(watch: WatchEvidence, isLive: boolean, state: DeploymentState, width: number): Line[] {
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
    ...headLines(`${name}${isLive ? ' so far' : ''}`, watch, width),
    ...table([[span(''), span(''), ...sides], ...rows]),
    ...otherFindings(watch),
    ...(watch.comparison === undefined ? [] : comparisonLines(watch.comparison, width)),
    ...chartLines(
      name === 'soak' ? { soak: watch, monitor: null } : { soak: state.evidence.soak, monitor: watch },
      state,
    ),
    ...watch.unmeasured.map(({ source, reason, count }): Line => [
      span(`  could not measure by ${source}, ${count}×: ${reason}`, 'warning'),
    ]),
  ];
}

/** On one line where that has room for it: a long reason gets lines of its own, so that its end can be read. */
function headLines(name: string, { verdict, reason, watchedMs, samples }: WatchEvidence, width: number): Line[] {
  const said = [span(`  ${name}: `, 'strong'), span(wordVerdict(verdict), lookOfVerdict(verdict))];
  const extent = span(`(${formatDuration(watchedMs)}, ${samples} samples)`, 'quiet');
  const line = [...said, span(`: ${reason} `), extent];
  if (line.reduce((sum, { text }) => sum + text.length, 0) <= width) return [line];
  return [[...said, span(' '), extent], ...paragraph(reason, width, 'plain', 4, 4)];
}

function side(role: string, slot: SlotState | null): Span {
  return span(slot === null ? role : `${role} (${slot.slot})`, 'quiet');
}

/** What was judged beside the metrics of the table. */
function otherFindings({ findings }: WatchEvidence): Line[] {
  const others = findings.filter(({ metric }) => !metrics.some(({ name }) => name === metric));
  return table(others.map(({ metric, verdict, reason }) => [verdictMark(verdict), span(metric), span(reason)]));
}
