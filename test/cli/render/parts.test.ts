import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, part, ranks, type Part } from '../../../src/cli/render/parts.ts';
import { renderScreen, renderStatus } from '../../../src/cli/render/status.ts';
import { blank, span, toText, type Line } from '../../../src/cli/render/spans.ts';
import { failingMonitor, monitoring } from '../watched.ts';
import { status } from './sample.ts';

const line = (text: string): Line => [span(text)];
const more = (count: number): Line => line(`${count} more`);

function fitted(parts: readonly Part[], rows: number): string[] {
  return toText(fit(parts, rows, more), { width: 80, colours: false }).split('\n');
}

const parts = [
  part(ranks.stands, [line('stands')]),
  part(ranks.past, [blank, line('past 1'), line('past 2')]),
  part(ranks.measured, [blank, line('measured')]),
  part(ranks.wrong, [line('wrong 1'), line('wrong 2')]),
];

describe('what fits a screen', () => {
  it.each([
    [8, ['stands', '', 'past 1', 'past 2', '', 'measured', 'wrong 1', 'wrong 2']],
    [7, ['stands', 'past 1', 'past 2', 'measured', 'wrong 1', 'wrong 2']],
    [6, ['stands', 'past 1', 'past 2', 'measured', 'wrong 1', 'wrong 2']],
    [5, ['stands', 'measured', 'wrong 1', 'wrong 2', '2 more']],
    [3, ['stands', 'wrong 1', '4 more']],
    [1, ['6 more']],
  ])('of %i rows is what matters most, in its order', (rows, shown) => {
    expect(fitted(parts, rows)).toEqual(shown);
  });

  it('is never higher, and loses nothing that is not counted', () => {
    const rank = fc.constantFrom(...Object.values(ranks));
    const some = fc.array(fc.record({ rank, lines: fc.array(fc.constantFrom(blank, line('text')), { maxLength: 4 }) }));
    const holds = fc.property(some, fc.integer({ min: 1, max: 20 }), (given, rows) => {
      const shown = fit(given, rows, (count) => line(`${count}`));
      const said = given.flatMap(({ lines }) => lines).filter(({ length }) => length > 0).length;
      const last = Number(shown.at(-1)?.[0]?.text);
      const counted = shown.filter(({ length }) => length > 0).length;
      return shown.length <= rows && (Number.isNaN(last) ? counted === said : counted - 1 + last === said);
    });
    expect(fc.check(holds).failed).toBe(false);
  });
});

describe('a monitor that fails', () => {
  const now = new Date('2026-11-23T14:18:30Z');
  const progress = { step: 'monitor', summary: '1m to go', at: now.toISOString(), watch: failingMonitor() } as const;
  const shown = status(monitoring(), { progress });

  function screen(rows: number, width: number): string[] {
    return renderScreen(shown, { now, width, colours: false }, rows).split('\n');
  }

  it('shows its step, verdict, what is wrong and how sure, and the curves on 24 rows of 80 columns', () => {
    const lines = screen(22, 80);
    expect(lines).toHaveLength(22);
    const text = lines.join('\n');
    for (const said of [
      /^default\/api {2}at monitor/,
      /^ {2}▸ {2}monitor /m,
      /^ {2}monitor so far: fail /m,
      /^ {2}✗ {2}error rate /m,
      /^ {2}✗ {2}failed .* > 99\.9 %$/m,
      /^ {2}error rate {2}candidate {2}▁/m,
      /^ {2}P95 {9}candidate/m,
      /… \d+ more lines: cutover status default\/api$/,
    ]) {
      expect(text).toMatch(said);
    }
  });

  it('shows all on a screen that is high enough', () => {
    expect(screen(100, 120).join('\n')).toBe(renderStatus(shown, { now, width: 120, colours: false }));
    expect(screen(38, 120).join('\n')).toMatch(/restarts|users ──▶/);
  });
});
