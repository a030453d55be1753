/** What the checks and watches found, candidate and stable side by side. */
import type { DeploymentStatus } from '../../client/index.ts';
import { numberOf } from '../../domain/number-of.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { SmokeEvidence, WarmUpEvidence, WatchEvidence } from '../../domain/evidence.ts';
import type { DeploymentState, SlotState } from '../../domain/state.ts';
import { chartLines } from './chart.ts';
import { checkParts } from './checks.ts';
import { comparisonParts } from './comparison.ts';
import { logLines } from './logs.ts';
import { metrics } from './metrics.ts';
import { renderObservations } from './observations.ts';
import { linesOf, part, ranks, type Part } from './parts.ts';
import { blank, paragraph, span, table, type Line, type Span } from './spans.ts';
import { lookOfVerdict, rowsByVerdict, verdictMark, verdictOn, wordVerdict } from './verdicts.ts';
import { watchesOf } from './watches.ts';

export interface EvidenceView {
  readonly now: Date;
  readonly width: number;
}

/** The evidence that matters now: the checks until there is a watch, then the latest watch. */
export function renderEvidence(status: DeploymentStatus, view: EvidenceView): Part[] {
  const { state } = status;
  const { smoke, warmUp } = state.evidence;
  const watches = watchesOf(status);
  const name = watches.monitor === null ? 'soak' : 'monitor';
  const watch = watches[name];
  const parts = [
    part(ranks.past, warmUp === null ? [] : warmUpLines(warmUp)),
    ...(smoke !== null && (smoke.verdict === 'fail' || watch === null) ? smokeParts(smoke) : []),
    ...(watch === null ? [] : watchParts(name, watch, watches.live === name, state, view)),
    // What a monitor shows begins with what its soak showed.
    part(ranks.curves, chartLines(watches, state)),
  ];
  return apart(parts);
}

/** All of it, one after the other. */
export function renderAllEvidence(status: DeploymentStatus, view: EvidenceView): Part[] {
  const { state } = status;
  const { smoke, warmUp } = state.evidence;
  const watches = watchesOf(status);
  return [
    [part(ranks.past, warmUp === null ? [] : warmUpLines(warmUp))],
    smoke === null ? [] : smokeParts(smoke),
    ...(['soak', 'monitor'] as const).map((name) => {
      const watch = watches[name];
      return watch === null ? [] : watchParts(name, watch, watches.live === name, state, view);
    }),
    [part(ranks.curves, chartLines(watches, state))],
  ].flatMap(apart);
}

/** With a blank line before them, where there are any. */
function apart(parts: readonly Part[]): Part[] {
  return linesOf(parts).length === 0 ? [] : [part(ranks.past, [blank]), ...parts];
}

function warmUpLines({ errors }: WarmUpEvidence): Line[] {
  return errors.map(({ message, count }) => [span(`  warm-up: ${count}× ${message}`, 'warning')]);
}

function smokeParts({ checks }: SmokeEvidence): Part[] {
  const rows = table(
    checks.map(({ name, passed, detail, durationMs }) => [
      passed ? span('✓', 'good') : span('✗', 'bad'),
      span(name),
      span(formatDuration(durationMs).padStart(6), 'quiet'),
      span(detail, passed ? 'quiet' : 'bad'),
    ]),
  );
  return rows.map((row, index) => part(checks[index]?.passed === false ? ranks.wrong : ranks.measured, [row]));
}

function watchParts(
  name: 'soak' | 'monitor',
  watch: WatchEvidence,
  isLive: boolean,
  state: DeploymentState,
  { now, width }: EvidenceView,
): Part[] {
  const limits = state.spec?.[name];
  const verdicts = metrics.map((metric) => verdictOn(watch, metric.name));
  const rows = metrics.map((metric, index): Line => {
    const verdict = verdicts[index] ?? null;
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
    part(ranks.stands, headLines(`${name}${isLive ? ' so far' : ''}`, watch, width)),
    ...rowsByVerdict(table([[span(''), span(''), ...sides], ...rows]), verdicts),
    ...checkParts(watch),
    ...otherFindings(watch),
    ...(watch.comparison === undefined ? [] : comparisonParts(watch.comparison, width)),
    part(ranks.rests, watch.logs === undefined ? [] : logLines(watch.logs)),
    part(ranks.rests, renderObservations(watch, now)),
    part(
      ranks.rests,
      watch.unmeasured.map(({ source, reason, count }): Line => [
        span(`  could not measure by ${source}, ${count}×: ${reason}`, 'warning'),
      ]),
    ),
  ];
}

/** On one line where that has room for it: a long reason gets lines of its own, so that its end can be read. */
function headLines(name: string, { verdict, reason, watchedMs, samples }: WatchEvidence, width: number): Line[] {
  const said = [span(`  ${name}: `, 'strong'), span(wordVerdict(verdict), lookOfVerdict(verdict))];
  const extent = span(`(${formatDuration(watchedMs)}, ${numberOf(samples, 'look')})`, 'quiet');
  const line = [...said, span(`: ${reason} `), extent];
  if (line.reduce((sum, { text }) => sum + text.length, 0) <= width) return [line];
  return [[...said, span(' '), extent], ...paragraph(reason, width, 'plain', 4, 4)];
}

function side(role: string, slot: SlotState | null): Span {
  return span(slot === null ? role : `${role} (${slot.slot})`, 'quiet');
}

/** What was judged beside the metrics of the table, and the checks, which have one of their own. */
function otherFindings({ findings }: WatchEvidence): Part[] {
  const others = findings.filter(({ metric }) => metric !== 'check' && !metrics.some(({ name }) => name === metric));
  const rows = table(others.map(({ metric, verdict, reason }) => [verdictMark(verdict), span(metric), span(reason)]));
  return rows.map((row, index) => part(others[index]?.verdict === 'fail' ? ranks.wrong : ranks.rests, [row]));
}
