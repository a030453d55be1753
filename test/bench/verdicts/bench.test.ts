import { describe, expect, it } from 'vitest';
import { Random } from '../../simulation/random.ts';
import { cellsOf } from './cells.ts';
import { isHigh } from './kayenta.ts';
import { reportOf } from './report.ts';
import { runCell, type Figures } from './run.ts';
import { binomial, poisson } from './sampling.ts';
import { check } from './targets.ts';

function mean(draw: () => number): number {
  let sum = 0;
  for (let run = 0; run < 20_000; run += 1) sum += draw();
  return sum / 20_000;
}

describe('the bench of the verdicts', () => {
  it('runs its cells and reports every judge and target', () => {
    const cells = cellsOf({ size: 'quick' }).filter(({ scenario }) => scenario.perSecond === 5);
    const report = reportOf(cells.map(runCell));
    expect(report).toContain('| soak: independent errors | 5 | 1.0 | 1 |');
    expect(report).toMatch(/\| soak: all requests fail \| 5 \| 1.5 \| 1 \| 100.00 %, 15 s \|/);
    expect(report).toContain('| errors 0.2 -> 2 %, 5 a second | 1.5 |');
  });

  it('finds the same figures each time, and has no two cells with the same seed', () => {
    const [cell] = cellsOf({ size: 'quick' });
    expect(cell && runCell(cell)).toEqual(cell && runCell(cell));
    const seeds = cellsOf({ size: 'whole' }).map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('runs some of the cells, as often as it is told to', () => {
    const cells = cellsOf({ size: 'quick', only: 'independent errors, 5 a second, tolerance 1.5', runs: 3 });
    expect(cells.map(({ scenario, runs, judges }) => [scenario.watch, runs, judges])).toEqual([
      ['soak', 3, ['product']],
      ['monitor', 3, ['product']],
    ]);
    expect(reportOf(cells.map(runCell))).toMatch(/\| soak: independent errors \| 5 \| 1.5 \| 3 \| \d+\.\d\d % \|\n/);
  });

  it('says that a target is missed', () => {
    const quiet: Figures = {
      scenario: 'independent errors',
      kind: 'quiet',
      watch: 'soak',
      perSecond: 5,
      tolerance: 1,
      runs: 1_000,
      outcomes: [{ judge: 'product', failed: 11, medianSeconds: null }],
    };
    expect(check([quiet]).map(({ isMet }) => isMet)).toEqual([false]);
    expect(check([{ ...quiet, runs: 1_100 }]).map(({ isMet }) => isMet)).toEqual([true]);
    // Of many runs of other cells, too, one that is above the bound by more than chance is too much.
    const silent = { ...quiet, runs: 9_000, outcomes: [] };
    expect(check([silent, { ...quiet, runs: 400 }]).map(({ isMet }) => isMet)).toEqual([false]);
    expect(check([silent, { ...quiet, runs: 800 }]).map(({ isMet }) => isMet)).toEqual([true]);
  });

  it('draws the right number of events', () => {
    const random = new Random(1);
    expect(Math.abs(mean(() => binomial(random, 50, 0.1)) - 5)).toBeLessThan(0.06);
    expect(Math.abs(mean(() => poisson(random, 3)) - 3)).toBeLessThan(0.05);
  });

  it("has Kayenta's judge find what is clearly higher, and only that", () => {
    const low = Array.from({ length: 30 }, (_, index) => index % 7);
    expect(
      isHigh(
        low.map((value) => value + 20),
        low,
      ),
    ).toBe(true);
    expect(
      isHigh(
        low,
        low.map((value) => value + 20),
      ),
    ).toBe(false);
    expect(isHigh(low, low)).toBe(false);
  });
});
