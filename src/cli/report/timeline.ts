/** The steps of a deployment over time: a picture of bars, and the same as a table. */
import { formatDuration } from '../../domain/duration.ts';
import type { DeploymentState, StepRecord } from '../../domain/state.ts';
import { isUnreached, mark } from '../render/steps.ts';
import { clock, elapsed } from '../render/times.ts';
import { wordStep } from '../render/words.ts';
import { behind, cutNote, heightOf, inFront, percent, topOf, type Frame } from './frame.ts';
import { html, nothing, type Markup } from './markup.ts';
import { momentsOf } from './moments.ts';
import { timeScale, type Stage } from './time-scale.ts';
import { wideTable } from './wide.ts';

interface Bar {
  readonly step: StepRecord;
  readonly from: number;
  readonly to: number;
}

const barHeight = 24;

export function timeline(state: DeploymentState, now: Date): Markup {
  const bars = state.steps.flatMap((step) => barOf(step, now));
  return html`<section aria-labelledby="timeline">
    <h2 id="timeline">Timeline</h2>
    ${bars.length === 0 ? nothing : picture(bars, state)} ${table(state, now)}
  </section>`;
}

/** One that was skipped has a moment, too, at which nothing happened. */
function hasRun({ status }: StepRecord): boolean {
  return status !== 'skipped' && status !== 'pending';
}

function barOf(step: StepRecord, now: Date): Bar[] {
  if (step.startedAt === null || !hasRun(step)) return [];
  const from = Date.parse(step.startedAt);
  return [{ step, from, to: Math.max(from, step.finishedAt === null ? now.getTime() : Date.parse(step.finishedAt)) }];
}

/** One after the other; what lies between two steps is a wait. */
function stagesOf(bars: readonly Bar[]): Stage[] {
  const stages: Stage[] = [];
  let end = bars[0]?.from ?? 0;
  for (const { step, from, to } of bars.toSorted((a, b) => a.from - b.from)) {
    if (from > end) stages.push({ from: end, to: from, isWait: true });
    if (to > end) {
      const isWait = step.name === 'approval' || step.name === 'retention';
      stages.push({ from: Math.max(end, from), to, isWait });
    }
    end = Math.max(end, to);
  }
  return stages;
}

function picture(bars: readonly Bar[], state: DeploymentState): Markup {
  const starts = bars.map(({ from }) => from);
  const frame: Frame = {
    scale: timeScale(stagesOf(bars)),
    moments: momentsOf(state),
    times: [Math.min(...starts), Math.max(...bars.map(({ to }) => to)), ...starts],
    day: new Date(state.startedAt),
    parts: [],
    height: bars.length * barHeight,
  };
  const top = topOf(frame);
  const height = heightOf(frame);
  const names = bars.map(
    ({ step }, row) =>
      html`<text class="row-label" x="0" y="${top + row * barHeight + 16}">${wordStep(step.name)}</text>`,
  );
  return html`<figure class="timeline">
    <div class="plot two" role="img" aria-label="The steps as bars over time; the table below says the same.">
      <svg class="side" height="${height}" aria-hidden="true">${names}</svg>
      <svg class="area" height="${height}" aria-hidden="true">
        ${behind(frame)}${bars.map((bar, row) => drawn(bar, frame, top + row * barHeight))}${inFront(frame)}
      </svg>
    </div>
    ${cutNote(frame)}
  </figure>`;
}

/** A bar with how long it took beside it, where there is room for that. */
function drawn({ step, from, to }: Bar, { scale }: Frame, y: number): Markup {
  const left = scale.position(from);
  const right = scale.position(to);
  const isLeft = right > 0.8 && left > 0.2;
  const isInside = right > 0.8 && !isLeft;
  const [x, anchor, dx] = isLeft ? [left, 'end', -6] : [right, isInside ? 'end' : 'start', isInside ? -6 : 6];
  return html`<rect
      class="bar ${step.status}"
      x="${percent(left)}"
      y="${y + 5}"
      width="${percent(right - left)}"
      height="${barHeight - 10}"
    />
    <text
      class="bar-label ${isInside ? 'inside' : ''}"
      x="${percent(x)}"
      dx="${dx}"
      y="${y + 16}"
      text-anchor="${anchor}"
    >
      ${formatDuration(to - from)}
    </text>`;
}

function table(state: DeploymentState, now: Date): Markup {
  const reached = state.steps.filter((step) => !isUnreached(step));
  const unreached = state.steps.filter(isUnreached).map(({ name }) => wordStep(name));
  return html`${wideTable(
    'The steps',
    ['Step', 'Began, took', 'What came of it'],
    reached.map((step) => stepRow(step, state, now)),
    'steps',
  )}
  ${unreached.length === 0 ? nothing : html`<p class="quiet">Not reached: ${unreached.join(', ')}.</p>`}`;
}

function stepRow(step: StepRecord, { startedAt }: DeploymentState, now: Date): Markup {
  const { name, status, detail } = step;
  const isPlain = status === 'done' && detail !== null;
  return html`<tr class="${status}">
    <th scope="row"><span class="mark" aria-hidden="true">${mark(status).text}</span> ${wordStep(name)}</th>
    <td class="number">
      ${
        step.startedAt === null || !hasRun(step)
          ? nothing
          : html`<time datetime="${step.startedAt}">${clock(step.startedAt, new Date(startedAt))}</time>
              <small>${elapsed(step.startedAt, step.finishedAt, now)}</small>`
      }
    </td>
    <td class="text">
      ${isPlain ? nothing : html`<span class="status">${status}</span>${detail === null ? '' : ': '}`}${detail}
    </td>
  </tr>`;
}
