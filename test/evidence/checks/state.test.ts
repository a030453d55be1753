import { describe, expect, it } from 'vitest';
import type { WatchCheck } from '../../../src/domain/spec.ts';
import {
  areChecksUnsettled,
  checkEvidence,
  checkFindings,
  checksAfterLook,
  checksState,
  failedChecks,
  type ChecksState,
} from '../../../src/evidence/checks/state.ts';
import { missing, valueOf, type CheckReading } from '../../../src/evidence/checks/reading.ts';
import { parsed, spec } from '../../workflows/scripted-activities.ts';

function checksOf(checks: unknown): readonly WatchCheck[] {
  return parsed({ ...spec, prometheus: { url: 'http://x' }, soak: { checks } }).soak.checks ?? [];
}

const queue = checksOf([{ name: 'queue', prometheus: { query: 'q' }, expect: { atMost: 100 } }]);
const compared = checksOf([{ name: 'queue', prometheus: { query: 'q' }, expect: { timesStable: 2 } }]);
const asked = checksOf([{ name: 'queue', http: { url: 'http://x', json: 'depth' }, expect: { atMost: 100 } }]);
const job = checksOf([{ name: 'load', job: { podSpec: { containers: [{ name: 'a', image: 'b' }] } } }]);

const number = (value: number): CheckReading => valueOf(value, 'q');

const everyMs = 5_000;

/** After looks that find these readings, one each 5 s. */
function after(checks: readonly WatchCheck[], readings: readonly (CheckReading | undefined)[]): ChecksState {
  return readings.reduce<ChecksState>((state, reading, index) => {
    const [check] = checks;
    const candidate = reading === undefined ? undefined : { [check?.name ?? '']: reading };
    return checksAfterLook(state, checks, { candidate, stable: null, at: index * everyMs });
  }, {});
}

/** A look at which the candidate has 9, beside this value of stable. */
const nineBeside = (stable: number, at: number) => ({
  candidate: { queue: number(9) },
  stable: { queue: number(stable) },
  at,
});

/** After how many looks they have failed; null where they have not. */
function failsAfter(checks: readonly WatchCheck[], readings: readonly CheckReading[]): number | null {
  const looks = readings.findIndex(
    (_, index) => failedChecks(after(checks, readings.slice(0, index + 1)), checks).length > 0,
  );
  return looks === -1 ? null : looks + 1;
}

describe('the checks of a watch', () => {
  it('fail when a condition does not hold at two looks in a row, and not before', () => {
    const once = after(queue, [number(5), number(120)]);
    expect(failedChecks(once, queue)).toEqual([]);
    expect(checkFindings(once, queue)).toMatchObject([
      { metric: 'check', verdict: 'insufficient-data', reason: 'check queue: 120 is above 100, seen once so far' },
    ]);
    expect(areChecksUnsettled(once, queue)).toBe(true);
    expect(failedChecks(after(queue, [number(120), number(5), number(120)]), queue)).toEqual([]);
    const twice = after(queue, [number(5), number(120), missing('HTTP 503'), number(121)]);
    expect(failedChecks(twice, queue)).toEqual([
      { metric: 'check', verdict: 'fail', over: 'watch', reason: 'check queue: 121 is above 100' },
    ]);
  });

  it('take what Prometheus has scraped but once for one look', () => {
    const same = (value: number, times: number) => Array.from({ length: times }, () => number(value));
    expect(failsAfter(queue, [...same(120, 3), ...same(7, 3)])).toBeNull();
    expect(failsAfter(queue, [...same(120, 3), number(121)])).toBe(4);
    // `rate` is not exact.
    expect(failsAfter(queue, [number(120), number(120 * (1 + 1e-12))])).toBeNull();
    expect(failsAfter(queue, [number(120), missing('HTTP 503'), number(120)])).toBeNull();
    // What is stable for good, such as a queue that nobody empties: 30 s later.
    expect(failsAfter(queue, same(120, 9))).toBe(7);
  });

  it('take each answer of an address for a new one', () => {
    expect(failsAfter(asked, [number(120), number(120)])).toBe(2);
  });

  it('take the same value beside another of stable for a new one', () => {
    const once = checksAfterLook(checksAfterLook({}, compared, nineBeside(2, 0)), compared, nineBeside(2, everyMs));
    expect(failedChecks(once, compared)).toEqual([]);
    expect(failedChecks(checksAfterLook(once, compared, nineBeside(3, 2 * everyMs)), compared)).toHaveLength(1);
  });

  it('are insufficient data where the last value could not be had, with its reason', () => {
    const state = after(queue, [number(5), missing('connection refused')]);
    expect(checkEvidence(state, queue)).toEqual([
      {
        name: 'queue',
        verdict: 'insufficient-data',
        candidate: null,
        stable: null,
        condition: '≤ 100',
        reason: 'connection refused',
      },
    ]);
    expect(checkEvidence(after(queue, [number(5), undefined]), queue)).toMatchObject([
      { reason: 'it could not be asked at this look' },
    ]);
    expect(checkEvidence({}, queue)).toMatchObject([{ verdict: 'insufficient-data', reason: 'it was not asked yet' }]);
    expect(areChecksUnsettled(state, queue)).toBe(true);
  });

  it('pass with values that are as expected, beside those of stable', () => {
    const look = { candidate: { queue: number(3) }, stable: { queue: number(2) }, at: 0 };
    const state = checksAfterLook({}, compared, look);
    expect(areChecksUnsettled(state, compared)).toBe(false);
    expect(checkEvidence(state, compared)).toMatchObject([
      { verdict: 'pass', candidate: 3, stable: 2, condition: '≤ 2 × stable', reason: "3 is not above 2 × stable's 2" },
    ]);
  });

  it('fail at once by a Job that has failed, and wait for one that runs', () => {
    const running = after(job, [{ kind: 'running', reason: 'its Job is still running' }]);
    expect(checkEvidence(running, job)).toMatchObject([{ verdict: 'insufficient-data', candidate: null }]);
    const failed = after(job, [{ kind: 'outcome', passed: false, reason: 'the Job load failed' }]);
    expect(failedChecks(failed, job)).toMatchObject([{ reason: 'check load: the Job load failed' }]);
    expect(checkEvidence(failed, job)).toMatchObject([{ verdict: 'fail', candidate: false, condition: 'succeeds' }]);
  });

  it('go on in another worker', () => {
    const look = { candidate: { queue: number(7) }, stable: { queue: missing('x') }, at: everyMs };
    const state = checksAfterLook(after(compared, [number(120)]), compared, look);
    expect(checksState.parse(JSON.parse(JSON.stringify(after(queue, [number(120)]))))).toEqual(
      after(queue, [number(120)]),
    );
    expect(checksState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});
