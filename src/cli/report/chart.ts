/** One quantity of both slots over time, with its limit, the switches, and the curves named where they end. */
import type { Slot } from '../../domain/slot.ts';
import type { Role } from '../render/series.ts';
import { clock } from '../render/times.ts';
import { capital } from '../render/words.ts';
import { behind, heightOf, inFront, percent, topOf, type Frame } from './frame.ts';
import { html, type Content, type Markup } from './markup.ts';
import { valueScale } from './value-scale.ts';

export interface Point {
  readonly at: number;
  /** null where it is not known: the curve has a gap there. */
  readonly value: number | null;
}

export interface Curve {
  readonly role: Role;
  readonly slot: Slot | null;
  /** Pieces that are not joined. */
  readonly parts: readonly (readonly Point[])[];
}

export interface Limit {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

export interface ChartOptions {
  readonly title: string;
  readonly words: (value: number) => string;
  readonly frame: Frame;
  readonly curves: readonly Curve[];
  readonly limits: readonly Limit[];
}

/** A limit that is so many times higher than all that was measured would press the curves to the floor. */
const limitInSight = 4;
const across = 10_000;

export function chart(options: ChartOptions): Markup {
  const { title, words, frame, curves, limits } = options;
  const highest = Math.max(0, ...curves.flatMap(known).map(({ value }) => value));
  const inSight = limits.filter(({ value }) => highest === 0 || value <= highest * limitInSight);
  const { top: most, ticks } = valueScale(Math.max(highest, ...inSight.map(({ value }) => value)));
  const top = topOf(frame);
  const y = (value: number): number => Math.round((top + frame.height * (1 - value / most)) * 10) / 10;
  const height = heightOf(frame);
  const said = describe(options);
  return html`<figure class="chart">
    <figcaption><h3>${title}</h3></figcaption>
    <div class="plot" role="img" aria-label="${title}. ${said}">
      <svg class="side" height="${height}" aria-hidden="true">
        ${ticks.map((tick) => html`<text class="axis-label" x="100%" dx="-8" y="${y(tick) + 4}" text-anchor="end">${words(tick)}</text>`)}
      </svg>
      <svg class="area" height="${height}" aria-hidden="true">
        ${behind(frame)}
        ${ticks.map((tick) => html`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}" />`)}
        ${inSight.map((limit) => limitLine(limit, frame, y))}
        <svg width="100%" height="${height}" viewBox="0 0 ${across} ${height}" preserveAspectRatio="none">
          ${curves.map((curve) => html`<path class="curve ${curve.role} ${curve.slot}" d="${pathOf(curve, frame, y)}" />`)}
        </svg>
        ${curves.map((curve) => lonePoints(curve, frame, y))} ${inFront(frame)} ${limitLabel(options, inSight, y)}
      </svg>
      <svg class="side" height="${height}" aria-hidden="true">${endLabels(options, y)}</svg>
    </div>
    <p class="quiet">${said}</p>
  </figure>`;
}

interface KnownPoint {
  readonly at: number;
  readonly value: number;
}

function known({ parts }: Curve): KnownPoint[] {
  return parts.flat().flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]));
}

/** Points without a neighbour, which no line shows. */
function lonePoints({ role, slot, parts }: Curve, { scale }: Frame, y: (value: number) => number): Markup[] {
  const lone = parts.flatMap((part) =>
    part.filter((_, index) => [part[index - 1], part[index + 1]].every((beside) => beside?.value == null)),
  );
  return lone.flatMap(({ at, value }) =>
    value === null
      ? []
      : [html`<circle class="point ${role} ${slot}" cx="${percent(scale.position(at))}" cy="${y(value)}" r="3" />`],
  );
}

function pathOf({ parts }: Curve, { scale }: Frame, y: (value: number) => number): string {
  const pieces: string[] = [];
  for (const part of parts) {
    let isOpen = false;
    for (const { at, value } of part) {
      if (value !== null) {
        const place = `${Math.round(scale.position(at) * across)} ${y(value)}`;
        pieces.push(isOpen ? `L${place}` : `M${place}`);
      }
      isOpen = value !== null;
    }
  }
  return pieces.join('');
}

function limitLine({ from, to, value }: Limit, { scale }: Frame, y: (value: number) => number): Markup {
  const [x1, x2] = [percent(scale.position(from)), percent(scale.position(to))];
  return html`<line class="limit" x1="${x1}" x2="${x2}" y1="${y(value)}" y2="${y(value)}" />`;
}

const limitLabelHeight = 16;

function limitLabel(
  { limits, words, frame }: ChartOptions,
  inSight: readonly Limit[],
  y: (value: number) => number,
): Content {
  const [shown] = inSight;
  if (shown !== undefined) {
    const line = y(shown.value);
    // At the top of the axis there is the title above the line, or the name of a moment.
    const beside = line - topOf(frame) < limitLabelHeight ? line + 13 : line - 5;
    return html`<text class="limit-label" x="0" dx="6" y="${beside}">limit ${words(shown.value)}</text>`;
  }
  const [beyond] = limits;
  if (beyond === undefined) return null;
  return html`<text class="limit-label" x="0" dx="6" y="${topOf(frame) + 12}">↑ limit ${words(beyond.value)}</text>`;
}

const labelHeight = 30;

/** Beside the end of each curve its role and its last value, moved apart where they would cover each other. */
function endLabels({ curves, words, frame }: ChartOptions, y: (value: number) => number): Markup {
  const lowest = topOf(frame) + frame.height - 14;
  const labels = curves
    .flatMap((curve) => {
      const last = known(curve).at(-1);
      return last === undefined ? [] : [{ curve, value: last.value, at: Math.min(y(last.value), lowest) }];
    })
    .toSorted((a, b) => a.at - b.at);
  const [upper, lower] = labels;
  const overlap = upper === undefined || lower === undefined ? 0 : Math.max(0, labelHeight - (lower.at - upper.at));
  const down = lower === undefined ? 0 : Math.min(overlap, lowest - lower.at);
  return html`${labels.map(({ curve, value, at }, index) => {
    const moved = index === 0 ? at - (overlap - down) : at + down;
    return html`<text class="end-label ${curve.role} ${curve.slot}" x="8" y="${moved}">
      <tspan x="8">${curve.role}</tspan><tspan class="value" x="8" dy="14">${words(value)}</tspan>
    </text>`;
  })}`;
}

/** What the chart shows, in sentences. */
function describe({ curves, words, frame, limits }: ChartOptions): string {
  const sentences = curves.toReversed().map((curve): string => {
    const points = known(curve);
    const last = points.at(-1);
    const [first] = points;
    if (last === undefined || first === undefined)
      return `nothing is known of ${curve.role === 'stable' ? 'stable' : 'the candidate'}.`;
    const highest = points.reduce((most, point) => (point.value > most.value ? point : most), first);
    const name = curve.slot === null ? curve.role : `${curve.role} (${curve.slot})`;
    const at = clock(new Date(highest.at).toISOString(), frame.day);
    return `${name}: at most ${words(highest.value)}, at ${at}; last ${words(last.value)}.`;
  });
  const distinct = [...new Set(limits.map(({ value }) => words(value)))];
  const limit = distinct.length === 0 ? '' : ` The limit is ${distinct.join(' in the soak, then ')}.`;
  return sentences.map(capital).join(' ') + limit;
}
