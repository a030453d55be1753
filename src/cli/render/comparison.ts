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
      return `compared with stable: the same requests, sent to both slots at the same time; ${tolerated}`;
    case 'traffic':
      return `compared with stable: what both slots counted at the same time; ${tolerated}`;
    case 'baseline':
      return `compared with stable: what it counted of users' traffic before the cutover; ${tolerated}`;
    case 'nothing':
      return `compared with nothing, only with the limits: ${why ?? 'no reason was recorded'}`;
  }
}

/** What was counted on both sides: `failed`, `slower than 41.9ms`. */
export function wordEvents({ metric, slowerThanMs }: MetricComparison): string {
  if (metric === 'error-rate') return 'failed';
  return `slower than ${slowerThanMs === null ? `stable's ${metric.toUpperCase()}` : milliseconds(slowerThanMs)}`;
}

/** Whether there were requests of both sides to compare. */
export function isCompared({ candidate, stable }: MetricComparison): boolean {
  return candidate.requests > 0 && stable.requests > 0;
}

export function wordCounts({ events, requests }: MetricComparison['candidate']): string {
  return `${whole(events)} of ${whole(requests)}`;
}

/** How sure it is that the candidate is worse: never 0 % nor 100 %. */
export function wordConfidence(confidence: number): string {
  if (confidence < 0.01) return '< 1 %';
  if (confidence > 0.999) return '> 99.9 %';
  return confidence > 0.99
    ? `${(Math.floor(confidence * 1_000) / 10).toFixed(1)} %`
    : `${Math.floor(confidence * 100)} %`;
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
  return [
    part(ranks.rests, paragraph(wordComparison(comparison), width, 'quiet', 2, 4)),
    part(ranks.wrong, rows.length === 0 ? [] : table([head, ...rows])),
  ];
}
