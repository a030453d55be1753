import { describe, expect, it } from 'vitest';
import { hasRoom, placeLabels } from '../../../src/cli/report/labels.ts';
import { timeScale } from '../../../src/cli/report/time-scale.ts';
import { valueScale } from '../../../src/cli/report/value-scale.ts';
import { merged, requestsPerSecond, stretchesOf } from '../../../src/cli/render/series.ts';

const watched = (from: number, to: number) => ({ from, to, isWait: false });
const waited = (from: number, to: number) => ({ from, to, isWait: true });

const label = (text: string, position: number) => ({ text, position });

const point = (seconds: number, requests: number | null, p95Ms: number | null = null) => ({
  at: new Date(seconds * 1_000).toISOString(),
  candidate: { requests, errors: requests === null ? null : 1, p95Ms },
  stable: null,
});

describe('the scale of times', () => {
  it('is even where there is no wait', () => {
    const { position, cuts } = timeScale([watched(100, 200), watched(200, 300)]);
    expect([100, 150, 200, 300].map(position)).toEqual([0, 0.25, 0.5, 1]);
    expect(cuts).toEqual([]);
  });

  it('cuts a long wait to its share, and leaves a short one', () => {
    const night = waited(200, 50_000);
    const { position, cuts } = timeScale([watched(100, 200), night, watched(50_000, 50_100), waited(50_100, 50_110)]);
    expect(cuts).toEqual([night]);
    const width = position(50_000) - position(200);
    expect(width).toBeCloseTo(28 / 238, 3);
    expect(position(50_100) - position(50_000)).toBeCloseTo(position(200) - position(100), 6);
  });

  it('never leaves the chart', () => {
    const { position } = timeScale([watched(100, 200)]);
    expect([position(0), position(1_000)]).toEqual([0, 1]);
    expect(timeScale([]).position(5)).toBe(0);
    expect(timeScale([watched(5, 5)]).position(5)).toBe(0);
  });
});

describe('the scale of values', () => {
  it.each([
    [0.0902, [0, 0.05, 0.1]],
    [0.01, [0, 0.005, 0.01]],
    [240, [0, 100, 200, 300]],
    [500, [0, 200, 400, 600]],
    [84, [0, 50, 100]],
    [0, [0, 0.5, 1]],
  ])('up to %f has round numbers', (highest, ticks) => {
    const scale = valueScale(highest);
    expect(scale.ticks.map((tick) => Number(tick.toFixed(6)))).toEqual(ticks);
    expect(scale.top).toBeGreaterThanOrEqual(highest);
  });
});

describe('labels along a line', () => {
  it('are left out where they would cover an earlier one, on a phone sooner', () => {
    const placed = placeLabels([
      label('14:00:00', 0),
      label('14:05:00', 1),
      label('14:01:00', 0.2),
      label('14:00:01', 0.001),
    ]);
    expect(placed.map(({ text, isWideOnly }) => [text, isWideOnly])).toEqual([
      ['14:00:00', false],
      ['14:05:00', false],
      ['14:01:00', true],
    ]);
  });

  it('stay inside at both ends', () => {
    const placed = placeLabels([label('14:00:00', 0), label('14:02:30', 0.5), label('14:05:00', 1)]);
    expect(placed.map(({ anchor }) => anchor)).toEqual(['start', 'middle', 'end']);
  });

  it('need a part that is wide enough', () => {
    expect([hasRoom('monitor', 0.1), hasRoom('monitor', 0.01)]).toEqual([true, false]);
  });
});

describe('the stretches of a watch', () => {
  it('know how long they are, and so the rate', () => {
    const stretches = stretchesOf([point(5, 50), point(10, 100), point(20, 10)], 'candidate');
    expect(stretches.map(requestsPerSecond)).toEqual([10, 20, 1]);
    expect(stretchesOf([point(5, 50)], 'stable').map(requestsPerSecond)).toEqual([null]);
  });

  it('are put together evenly: requests are added, the highest P95 stays, and what is unknown adds nothing', () => {
    const stretches = stretchesOf(
      [point(5, 50, 10), point(10, null, 30), point(15, null), point(20, null)],
      'candidate',
    );
    expect(merged(stretches, 2).map((one) => one.point)).toEqual([
      { requests: 50, errors: 1, p95Ms: 30 },
      { requests: null, errors: null, p95Ms: null },
    ]);
    expect(merged(stretches, 4)).toEqual(stretches);
  });
});
