/** A deployment on one screen. */
import type { DeploymentStatus } from '../../client/index.ts';
import { numberOf } from '../../domain/number-of.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { renderAllEvidence, renderEvidence } from './evidence.ts';
import { renderHistory } from './history.ts';
import { renderNext } from './next.ts';
import { fit, linesOf, part, ranks, type Part } from './parts.ts';
import { renderPrevious } from './previous.ts';
import { blank, span, toText, type Line, type TextOptions } from './spans.ts';
import { renderSteps } from './steps.ts';
import { elapsed } from './times.ts';
import { renderTraffic } from './traffic.ts';
import { lookOf, wordOutcome, wordStep } from './words.ts';

export interface StatusOptions extends TextOptions {
  readonly now: Date;
  /** The deployment before one that has changed nothing. */
  readonly previous?: DeploymentState | null;
}

/** Steps with their times, both slots, where the traffic goes, the latest evidence, and what comes next. Times are UTC. */
export function renderStatus(status: DeploymentStatus, options: StatusOptions): string {
  return toText(linesOf(partsOf(status, options)), options);
}

/** As much of it as goes into so many rows. */
export function renderScreen(status: DeploymentStatus, options: StatusOptions, rows: number): string {
  const more = (count: number): Line => [
    span(`… ${numberOf(count, 'more line')}: cutover status ${status.state.id}`, 'quiet'),
  ];
  return toText(fit(partsOf(status, options), rows, more), options);
}

/** The same with all of the evidence, for those who look back. */
export function renderReport(status: DeploymentStatus, options: StatusOptions): string {
  const { now, width } = options;
  const parts = [
    ...walk(status, now),
    ...renderAllEvidence(status, options),
    ...renderHistory(status.state, now, width),
  ];
  return toText(linesOf(parts), options);
}

function partsOf(status: DeploymentStatus, options: StatusOptions): Part[] {
  const { now, width } = options;
  return [
    ...walk(status, now),
    ...renderEvidence(status, options),
    ...renderHistory(status.state, now, width),
    part(ranks.traffic, renderPrevious(status.state, options.previous ?? null, now)),
    ...renderNext(status, now, options.previous ?? null),
  ];
}

function walk(status: DeploymentStatus, now: Date): Part[] {
  const { state, progress } = status;
  const traffic = renderTraffic(state, progress);
  return [
    ...header(status, now),
    part(ranks.traffic, traffic.length === 0 ? [] : [blank, ...traffic]),
    part(ranks.past, [blank]),
    ...renderSteps(status, now),
  ];
}

/** Of a manifest, what its Deployment runs once it is there. */
function wordImage({ spec, candidate }: DeploymentState, asked: string): string {
  if (spec === null) return asked;
  return spec.candidate.image ?? candidate?.images.join(', ') ?? 'a manifest';
}

function header({ state, asked = '' }: DeploymentStatus, now: Date): Part[] {
  const running = state.outcome === 'running';
  const time = elapsed(state.startedAt, state.finishedAt, now);
  const image = wordImage(state, asked);
  const stands = running ? `at ${wordStep(state.phase)}` : wordOutcome(state);
  return [
    part(ranks.stands, [
      [
        span(state.id, 'strong'),
        span('  '),
        span(stands, lookOf(state.outcome)),
        span(running ? `  begun ${time} ago` : `  after ${time}`, 'quiet'),
      ],
    ]),
    part(ranks.past, [
      [span(`${image === '' ? '' : `${image}, `}asked for by ${state.requestedBy}: ${state.reason}`, 'quiet')],
    ]),
  ];
}
