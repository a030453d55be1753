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
const job = checksOf([{ name: 'load', job: { podSpec: { containers: [{ name: 'a', image: 'b' }] } } }]);

const number = (value: number): CheckReading => valueOf(value, 'q');

function after(checks: readonly WatchCheck[], readings: readonly (CheckReading | undefined)[]): ChecksState {
  return readings.reduce<ChecksState>((state, reading) => {
    const [check] = checks;
    return checksAfterLook(state, checks, reading === undefined ? undefined : { [check?.name ?? '']: reading }, null);
  }, {});
}

describe('the checks of a watch', () => {
  it('fail when a condition does not hold at two looks in a row, and not before', () => {
    const once = after(queue, [number(5), number(120)]);
    expect(failedChecks(once, queue)).toEqual([]);
    expect(checkFindings(once, queue)).toMatchObject([
      { metric: 'check', verdict: 'insufficient-data', reason: 'check queue: 120 is above 100, at one look so far' },
    ]);
    expect(areChecksUnsettled(once, queue)).toBe(true);
    expect(failedChecks(after(queue, [number(120), number(5), number(120)]), queue)).toEqual([]);
    const twice = after(queue, [number(5), number(120), missing('HTTP 503'), number(121)]);
    expect(failedChecks(twice, queue)).toEqual([
      { metric: 'check', verdict: 'fail', over: 'watch', reason: 'check queue: 121 is above 100' },
    ]);
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
    const state = checksAfterLook({}, compared, { queue: number(3) }, { queue: number(2) });
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
    const state = checksAfterLook(after(queue, [number(120)]), queue, { queue: number(7) }, { queue: missing('x') });
    expect(checksState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});
