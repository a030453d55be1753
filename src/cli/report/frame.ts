/**
 * What the timeline and the charts have in common: moments as vertical lines with their labels above, times below, and the
 * waits that were cut short.
 *
 * Places across are percentages and places down are pixels, so that the text has its size at every width without any script;
 * only the curves are in a box that is stretched.
 */
import { formatDuration } from '../../domain/duration.ts';
import { clock } from '../render/times.ts';
import { hasRoom, placeLabels, type Label } from './labels.ts';
import { html, nothing, type Markup } from './markup.ts';
import type { Moment } from './moments.ts';
import type { TimeScale } from './time-scale.ts';

export interface Frame {
  readonly scale: TimeScale;
  readonly moments: readonly Moment[];
  /** Times that are named below, where they have room, the most important ones first. */
  readonly times: readonly number[];
  /** The day that times without a date are of. */
  readonly day: Date;
  /** Parts that have a name. */
  readonly parts: readonly { readonly words: string; readonly from: number; readonly to: number }[];
  /** The height of what is drawn, without the labels. */
  readonly height: number;
}

const rowHeight = 15;
const axisHeight = 34;

export function percent(position: number): string {
  return `${Number((position * 100).toFixed(3))}%`;
}

/** Where what is drawn begins. */
export function topOf({ moments }: Frame): number {
  return 8 + moments.length * rowHeight;
}

export function heightOf(frame: Frame): number {
  return topOf(frame) + frame.height + axisHeight;
}

export function behind(frame: Frame): Markup {
  const top = topOf(frame);
  return html`${frame.scale.cuts.map(({ from, to }) => {
    const left = frame.scale.position(from);
    const width = frame.scale.position(to) - left;
    return html`<rect class="cut" x="${percent(left)}" y="${top}" width="${percent(width)}" height="${frame.height}" />
      <text class="cut-label" x="${percent(left + width / 2)}" y="${top + frame.height + 30}" text-anchor="middle">
        ${formatDuration(to - from)}
      </text>`;
  })}`;
}

export function inFront(frame: Frame): Markup {
  const bottom = topOf(frame) + frame.height;
  const lines = frame.moments.map((moment, row) => {
    const x = frame.scale.position(moment.at);
    const y = (row + 1) * rowHeight;
    const anchor = x > 0.5 ? 'end' : 'start';
    return html`<line
        class="moment ${moment.kind}"
        x1="${percent(x)}"
        x2="${percent(x)}"
        y1="${y - 11}"
        y2="${bottom}"
      />
      <text
        class="moment-label ${moment.kind}"
        x="${percent(x)}"
        dx="${anchor === 'end' ? -4 : 4}"
        y="${y}"
        text-anchor="${anchor}"
      >
        ${moment.words} <tspan class="when">${clock(new Date(moment.at).toISOString(), frame.day)}</tspan>
      </text>`;
  });
  return html`${partNames(frame)}${lines}${axis(frame, bottom)}`;
}

/** Only where a part is wide enough for its name. */
function partNames(frame: Frame): Markup {
  const { scale, parts } = frame;
  const named = parts.map(({ words, from, to }) => {
    const [left, right] = [scale.position(from), scale.position(to)];
    return { words, middle: (left + right) / 2, hasRoom: hasRoom(words, right - left) };
  });
  return html`${named
    .filter((part) => part.hasRoom)
    .map(
      ({ words, middle }) =>
        html`<text class="part-label wide-only" x="${percent(middle)}" y="${topOf(frame) + 12}" text-anchor="middle">
          ${words}
        </text>`,
    )}`;
}

/** What a picture with waits that are cut short has to say. */
export function cutNote({ scale }: Frame): Markup {
  if (scale.cuts.length === 0) return nothing;
  return html`<p class="quiet">Shaded: it waited; that time is longer than it is drawn.</p>`;
}

function axis({ scale, times, day }: Frame, bottom: number): Markup {
  const labels = times.map((time): Label => {
    return { text: clock(new Date(time).toISOString(), day), position: scale.position(time) };
  });
  return html`<line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}" /> ${placeLabels(labels).map(
      ({ text, position, anchor, isWideOnly }) =>
        html`<g class="${isWideOnly ? 'wide-only' : 'time'}">
          <line class="axis" x1="${percent(position)}" x2="${percent(position)}" y1="${bottom}" y2="${bottom + 4}" />
          <text class="axis-label" x="${percent(position)}" y="${bottom + 16}" text-anchor="${anchor}">${text}</text>
        </g>`,
    )}`;
}
