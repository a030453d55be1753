import type { ListedDeployment } from '../../client/index.ts';
import { span, table, toText, type Line, type Look, type TextOptions } from './spans.ts';
import { clock, elapsed } from './times.ts';
import { wordStep } from './words.ts';

/** One line a deployment, running ones first. */
export function renderList(
  deployments: readonly ListedDeployment[],
  options: TextOptions & { readonly now: Date },
): string {
  if (deployments.length === 0) return 'there are no deployments: start one with `cutover deploy -f FILE`';
  const { now } = options;
  const rows = deployments.map((one): Line => [
    span(one.id, 'strong'),
    span(one.outcome, looks[one.outcome] ?? 'plain'),
    span(one.phase === null ? '' : wordStep(one.phase)),
    span(clock(one.startedAt, now), 'quiet'),
    span(elapsed(one.startedAt, one.finishedAt, now), 'quiet'),
    span(one.summary, 'quiet'),
  ]);
  const header: Line = ['deployment', 'outcome', 'step', 'started (UTC)', 'took', ''].map((title) =>
    span(title, 'quiet'),
  );
  return toText(table([header, ...rows], 0), options);
}

const looks: Readonly<Record<string, Look>> = {
  running: 'good',
  'rolled-back': 'warning',
  rejected: 'warning',
  'approval-timed-out': 'warning',
  'rollback-failed': 'bad',
  refused: 'bad',
  failed: 'bad',
  terminated: 'bad',
};
