/** A deployment on one screen. */
import type { DeploymentStatus } from '../../client/index.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { renderAllEvidence, renderEvidence } from './evidence.ts';
import { renderHistory } from './history.ts';
import { renderNext } from './next.ts';
import { blank, span, toText, type Line, type TextOptions } from './spans.ts';
import { renderSteps } from './steps.ts';
import { elapsed } from './times.ts';
import { renderTraffic } from './traffic.ts';
import { lookOf, wordOutcome, wordStep } from './words.ts';

export interface StatusOptions extends TextOptions {
  readonly now: Date;
}

/** Steps with their times, both slots, where the traffic goes, the latest evidence, and what comes next. Times are UTC. */
export function renderStatus(status: DeploymentStatus, options: StatusOptions): string {
  const { now, width } = options;
  const lines: Line[] = [
    ...walk(status, now),
    ...renderEvidence(status, options),
    ...renderHistory(status.state, now, width),
    ...renderNext(status, now),
  ];
  return toText(lines, options);
}

/** The same with all of the evidence, for those who look back. */
export function renderReport(status: DeploymentStatus, options: StatusOptions): string {
  const { now, width } = options;
  const lines: Line[] = [
    ...walk(status, now),
    ...renderAllEvidence(status, options),
    ...renderHistory(status.state, now, width),
  ];
  return toText(lines, options);
}

function walk(status: DeploymentStatus, now: Date): Line[] {
  const { state, progress } = status;
  const traffic = renderTraffic(state, progress);
  return [
    ...header(state, now),
    ...(traffic.length === 0 ? [] : [blank, ...traffic]),
    blank,
    ...renderSteps(status, now),
  ];
}

function header(state: DeploymentState, now: Date): Line[] {
  const running = state.outcome === 'running';
  const time = elapsed(state.startedAt, state.finishedAt, now);
  const stands = running ? `at ${wordStep(state.phase)}` : wordOutcome(state);
  const image = state.spec?.candidate.image ?? (state.spec === null ? '' : 'a manifest');
  return [
    [
      span(state.id, 'strong'),
      span('  '),
      span(stands, lookOf(state.outcome)),
      span(running ? `  begun ${time} ago` : `  after ${time}`, 'quiet'),
    ],
    [span(`${image === '' ? '' : `${image}, `}asked for by ${state.requestedBy}: ${state.reason}`, 'quiet')],
  ];
}
