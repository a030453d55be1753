import { describe, expect, it, vi } from 'vitest';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { steady, type Fault } from './app/behaviour.ts';
import { Faults } from './app/faults.ts';
import { parseOptions } from './options.ts';
import { progressOf } from './progress.ts';
import { reportOf, summaryOf } from './report.ts';
import { brokenResult, type Result } from './result.ts';
import { planOf } from './scenarios.ts';

describe('the plan of the campaign', () => {
  it('has as many of both sides as was asked for, mixed, and every kind of fault', () => {
    const plan = planOf({ clean: 20, faulty: 20 });
    expect(plan.filter(({ kind }) => kind === 'clean')).toHaveLength(20);
    expect(plan.slice(0, 20).filter(({ kind }) => kind === 'faulty')).toHaveLength(10);
    const kinds = new Set(plan.flatMap(({ candidate }) => candidate.fault?.kind ?? []));
    expect([...kinds].sort()).toEqual(['crash', 'errors', 'hang', 'leak', 'slow', 'unready']);
  });

  it('may be narrowed to some kinds', () => {
    const names = planOf({ clean: 2, faulty: 3, only: 'hang' }).map(({ name }) => name);
    expect(names).toEqual(['10 % hang', 'all hang', '10 % hang']);
  });

  it('has the same app on both sides of a clean one, but for its cold start', () => {
    for (const { kind, stable, candidate } of planOf({ clean: 7, faulty: 14 })) {
      expect({ ...stable, cold: null, fault: null }).toEqual({ ...candidate, cold: null, fault: null });
      expect(candidate.fault !== null).toBe(kind === 'faulty');
    }
  });
});

describe('a fault of the app', () => {
  const good = { answer: 'good', injected: false };
  it.each<Fault>([
    { kind: 'errors', share: 1, afterMs: 0 },
    { kind: 'slow', share: 1, ms: 100 },
    { kind: 'hang', share: 1 },
    { kind: 'crash', after: 1 },
    { kind: 'unready', after: 1 },
    { kind: 'leak', kilobytes: 1 },
  ])('of the kind $kind is met by users and not by probes', (fault) => {
    const crash = vi.fn<() => void>();
    const faults = new Faults({ ...steady, fault }, crash);
    for (let probe = 0; probe < 100; probe += 1) expect(faults.next(false, 0)).toMatchObject(good);
    expect(crash).not.toHaveBeenCalled();
    expect(faults.isUnready).toBe(false);
    const fate = faults.next(true, 0);
    const isBad = fate.answer !== 'good' || fate.delayMs > 0 || faults.isUnready || crash.mock.calls.length > 0;
    expect(isBad).toBe(fault.kind !== 'leak');
  });

  it('may begin some time after the first user came', () => {
    const fault: Fault = { kind: 'errors', share: 1, afterMs: 1_000 };
    const faults = new Faults({ ...steady, fault }, () => undefined);
    expect(faults.next(true, 5_000)).toMatchObject(good);
    expect(faults.next(true, 5_999)).toMatchObject(good);
    expect(faults.next(true, 6_000)).toMatchObject({ answer: 'error', injected: true });
  });

  it('is apart from the errors that everybody meets', () => {
    const faults = new Faults({ ...steady, bursts: { everyMs: 100, lengthMs: 10, errorRate: 1 } }, () => undefined);
    expect(faults.next(false, 109)).toMatchObject({ answer: 'error', injected: false });
    expect(faults.next(false, 110)).toMatchObject(good);
  });
});

const promoted: Result = {
  scenario: 'quiet',
  kind: 'clean',
  namespace: 'bench-1',
  isRight: true,
  end: 'promoted',
  verdict: 'all is well',
  seconds: 90,
  backAfterMs: null,
  looks: 30,
  users: { requests: 2_000, bad: 0, usualErrors: 4, unanswered: 0, firstBadAt: null },
  state: {} as DeploymentState,
};
const back: Result = { ...promoted, scenario: 'errors', kind: 'faulty', end: 'rolled back', backAfterMs: 4_000 };

describe('the report', () => {
  it('says how often each side held, and how soon production was back', () => {
    const report = reportOf([back, promoted, { ...back, backAfterMs: 8_000, looks: 12 }]);
    expect(report).toMatch(
      /\| quiet \| 1 of 1 \|.*\n\| fault: errors \| 2 of 2 \| median 6\.0 s, worst 8\.0 s \| 4000 \|/,
    );
    expect(summaryOf([back, promoted])).toEqual({
      line: 'deployments without a fault: 1, rolled back: 0; with faults: 1, rolled back: 1',
      holds: true,
    });
    expect(report).toContain('looks of a soak: median 30, fewest 12');
    expect(report).toContain('without a fault: 2000, dropped: 0');
  });

  it.each([
    ['a false rollback', { ...promoted, isRight: false, end: 'rolled back' }],
    ['a fault that was missed', { ...back, isRight: false, end: 'promoted' }],
    ['one that could not be tried', brokenResult({ name: 'quiet', kind: 'clean' }, 'bench-2', 'no pods')],
  ])('holds no more after %s', (_what, wrong) => {
    expect(summaryOf([promoted, back, wrong]).holds).toBe(false);
    expect(reportOf([promoted, back, wrong])).toContain(`WRONG: ${wrong.scenario} (${wrong.namespace}) ${wrong.end}`);
  });

  it('says how many could not be tried', () => {
    const broken = brokenResult({ name: 'quiet', kind: 'clean' }, 'bench-2', 'no pods');
    expect(summaryOf([broken]).line).toMatch(/; could not be tried: 1$/);
    expect(summaryOf([back]).line).not.toContain('tried');
  });

  it('holds nothing where nothing was deployed', () => {
    expect(summaryOf([]).holds).toBe(false);
  });

  it('tells its progress', () => {
    const say = vi.fn<(text: string) => void>();
    const tell = progressOf(2, say);
    tell(back);
    tell({ ...promoted, isRight: false, end: 'rolled back' });
    expect(say.mock.calls.flat()).toEqual([
      '1 of 2, 1 min to go; errors: rolled back 4.0 s after the first bad answer',
      '2 of 2, 0 min to go; WRONG: quiet: rolled back',
    ]);
  });
});

describe('the command line', () => {
  it('names the option that is wrong', () => {
    expect(parseOptions([])).toMatchObject({ kind: 'run', options: { clean: 21, faulty: 28, atOnce: 4, only: '' } });
    expect(parseOptions(['--at-once', '0'])).toMatchObject({
      kind: 'mistake',
      message: expect.stringContaining('--at-once is "0"'),
    });
    expect(parseOptions(['--clean', 'x'])).toMatchObject({ kind: 'mistake' });
  });
});
