/** What a verdict rests on beside the limits of the spec, and how sure it is. */
import type { ComparisonEvidence, MetricComparison } from '../../domain/comparison-evidence.ts';
import { milliseconds, whole } from './metrics.ts';
import { part, ranks, type Part } from './parts.ts';
import { paragraph, span, table, type Line } from './spans.ts';
import { verdictMark } from './verdicts.ts';

/** In one sentence, without an end. */
export function wordComparison({ with: compared, why, tolerance }: ComparisonEvidence): string {
  const tolerated =
    tolerance === 1 ? 'no more than stable is tolerated' : `up to ${tolerance} times stable's share is tolerated`;
  switch (compared) {
    case 'probes':
      return `compared with stable: the same requests, sent to both slots at the same time and timed by the worker, not by the pods; ${tolerated}`;
    case 'traffic':
      return `compared with stable: what both slots counted at the same time; ${tolerated}`;
    case 'baseline':
      return `compared with stable: what it counted of users' traffic before the cutover; ${tolerated}`;
    case 'nothing':
      return `compared with nothing, only with the limits: ${why ?? 'no reason was recorded'}`;
  }
}

/** What was counted on both sides: `failed`, `above stable's P95, 41.9ms`. */
export function wordEvents({ metric, slowerThanMs }: MetricComparison): string {
  if (metric === 'error-rate') return 'failed';
  return `above stable's ${metric.toUpperCase()}${slowerThanMs === null ? '' : `, ${milliseconds(slowerThanMs)}`}`;
}

/** From there on a reader wonders why it passes. */
const surprising = 0.9;

/** Why what looks worse passes, in one sentence without an end; null where nothing does. */
export function wordSurprise({ metrics }: ComparisonEvidence): string | null {
  const isSurprising = metrics.some(({ verdict, confidence }) => verdict !== 'fail' && (confidence ?? 0) >= surprising);
  return isSurprising
    ? 'how sure it is, is of one look alone: a watch that looks so often fails only by what is surer than that'
    : null;
}

/** Whether there were requests of both sides to compare. */
export function isCompared({ candidate, stable }: MetricComparison): boolean {
  return candidate.requests > 0 && stable.requests > 0;
}

export function wordCounts({ events, requests }: MetricComparison['candidate']): string {
  return `${whole(events)} of ${whole(requests)}`;
}

/** How sure it is that the candidate is worse: never 0 % nor 100 %. */
export function wordConfidence(confidence: number | null): string {
  if (confidence === null) return 'not known';
  if (confidence < 0.01) return '< 1 %';
  if (confidence > 0.999) return '> 99.9 %';
  return confidence > 0.99
    ? `${(Math.floor(confidence * 1_000) / 10).toFixed(1)} %`
    : `${Math.floor(confidence * 100)} %`;
}

/** What its latency could not be held against, and why; failed requests say so in the verdict. */
export function wordUncompared({ metrics }: ComparisonEvidence): string[] {
  const missing = metrics.filter(({ metric, why }) => metric !== 'error-rate' && why !== undefined);
  return [...new Set(missing.map(({ why }) => why))].map((why) => {
    const names = missing.filter((one) => one.why === why).map(({ metric }) => metric.toUpperCase());
    return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not compared with stable's: ${why}`;
  });
}

/** Why it is not known how sure that is; null where it is. */
export function wordUnsure({ metrics }: ComparisonEvidence): string | null {
  const isUnsure = metrics.some((metric) => isCompared(metric) && metric.confidence === null);
  return isUnsure ? 'how sure it is, is not known after few looks, nor where all may have come in one burst' : null;
}

export function comparisonParts(comparison: ComparisonEvidence, width: number): Part[] {
  const head: Line = ['', '', 'candidate', 'stable', 'sure it is worse'].map((title) => span(title, 'quiet'));
  const rows = comparison.metrics.map((metric): Line => {
    const isWorse = metric.verdict === 'fail';
    return [
      verdictMark(metric.verdict),
      span(wordEvents(metric)),
      span(wordCounts(metric.candidate), isWorse ? 'bad' : 'plain'),
      span(wordCounts(metric.stable), 'quiet'),
      span(isCompared(metric) ? wordConfidence(metric.confidence) : '–', isWorse ? 'bad' : 'plain'),
    ];
  });
  const notes = [...wordUncompared(comparison), wordUnsure(comparison), wordSurprise(comparison)];
  return [
    part(ranks.rests, paragraph(wordComparison(comparison), width, 'quiet', 2, 4)),
    part(ranks.wrong, rows.length === 0 ? [] : table([head, ...rows])),
    ...notes.map((note) => part(ranks.rests, note === null ? [] : paragraph(note, width, 'quiet', 2, 4))),
  ];
}
