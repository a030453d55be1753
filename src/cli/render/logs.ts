/** The errors in the logs of both slots, where there are any. */
import { numberOf } from '../../domain/number-of.ts';
import type { LogEvidence, LogsRead, LogTemplate } from '../../domain/log-evidence.ts';
import { span, type Line } from './spans.ts';

const templatesShown = 5;

export function logLines({ candidate, stable, templates, others }: LogEvidence): Line[] {
  const shown = templates.slice(0, templatesShown);
  const more = others + templates.length - shown.length;
  return [
    ...shown.flatMap(templateLines),
    ...(more === 0 ? [] : [[span(`    and ${numberOf(more, 'more kind')} of errors in the logs`, 'quiet')]]),
    ...partLines('candidate', candidate),
    ...(stable === null ? [] : partLines('stable', stable)),
  ];
}

function templateLines(template: LogTemplate): Line[] {
  const { kind, count, stableCount, pods, podCount, firstSeen, sample } = template;
  const isBad = kind === 'new' || kind === 'more-frequent';
  const others = podCount > pods.length ? ` and ${podCount - pods.length} more` : '';
  const since = firstSeen === null ? '' : `, first at ${firstSeen.slice(11, 19)} UTC`;
  const lines: Line[] = [
    [
      span(isBad ? '  ✗ ' : '    ', isBad ? 'bad' : 'plain'),
      span(`${count}× `, isBad ? 'bad' : 'quiet'),
      span(template.template, isBad ? 'bad' : 'plain'),
      span(` (${kindWords(kind, stableCount)})`, 'quiet'),
    ],
  ];
  if (isBad) lines.push([span(`      on ${pods.join(', ')}${others}${since}: ${sample}`, 'quiet')]);
  return lines;
}

function kindWords(kind: LogTemplate['kind'], stableCount: number): string {
  switch (kind) {
    case 'new':
      return 'not in the logs of stable';
    case 'rare':
      return 'not in the logs of stable, but rare';
    case 'more-frequent':
      return `more often than stable: ${stableCount}×`;
    case 'known':
      return `stable ${stableCount}×`;
  }
}

/** Says where not all was read. */
function partLines(role: string, { pods, ready, leftOut, unfiled }: LogsRead): Line[] {
  const parts = [
    ...(ready > pods.length ? [`the logs of ${pods.length} of ${ready} pods were read: ${pods.join(', ')}`] : []),
    ...(leftOut > 0 ? [`there were more lines than are read at a time, ${leftOut}×`] : []),
    ...(unfiled > 0 ? [`${numberOf(unfiled, 'error')} of more kinds than are kept`] : []),
  ];
  return parts.length === 0 ? [] : [[span(`  logs of ${role}: ${parts.join('; ')}`, 'quiet')]];
}
