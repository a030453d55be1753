/** The figures as Markdown. Pure. */
import { judgeNames } from './judges.ts';
import type { Figures } from './run.ts';
import { check, percent } from './targets.ts';

export function reportOf(figures: readonly Figures[]): string {
  return [
    ...section('False alarms: the candidate is no worse', figures, 'quiet', false),
    ...section('Detections: the candidate is worse; with the median time', figures, 'worse', true),
    '## Targets',
    '',
    ...table(
      ['case', 'tolerance', 'product', 'target'],
      check(figures).map(({ target, tolerance, found, isMet }) => [
        target,
        tolerance.toFixed(1),
        found,
        isMet ? 'met' : 'missed',
      ]),
    ),
  ].join('\n');
}

function section(title: string, all: readonly Figures[], kind: Figures['kind'], withTime: boolean): string[] {
  const judged = new Set(all.flatMap(({ outcomes }) => outcomes.map(({ judge }) => judge)));
  const judges = judgeNames.filter((name) => judged.has(name));
  const rows = all
    .filter((figures) => figures.kind === kind)
    .map(({ watch, scenario, perSecond, tolerance, runs, outcomes }) => [
      `${watch}: ${scenario}`,
      String(perSecond),
      tolerance.toFixed(1),
      String(runs),
      ...outcomes.map(({ failed, medianSeconds }) => {
        const share = percent(failed / runs);
        return withTime && medianSeconds !== null ? `${share}, ${medianSeconds} s` : share;
      }),
    ]);
  return [`## ${title}`, '', ...table(['case', 'a second', 'tolerance', 'runs', ...judges], rows), ''];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
