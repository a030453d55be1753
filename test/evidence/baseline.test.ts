import { describe, expect, it } from 'vitest';
import {
  baselineOf,
  newRecording,
  readBaseline,
  record,
  totalsOf,
  type BaselineRecording,
} from '../../src/evidence/baseline.ts';
import type { Sample } from '../../src/evidence/source.ts';
import { counters } from './watch-rig.ts';

const everySecond = 1_000;

function looks(samples: readonly Sample[], counts: (uid: string, look: number) => boolean): BaselineRecording {
  return samples.reduce<BaselineRecording>((recording, sample, look) => {
    const options = { counts: (uid: string) => counts(uid, look), lengthMs: 60_000 };
    return record(recording, sample, look * everySecond, options);
  }, newRecording(0));
}

const sampled = (a: number, b: number): Sample => ({
  counters: { a: counters(a), b: counters(b) },
  pods: { ready: 2, desired: 2, uids: ['a', 'b'], restarts: {} },
});

function recorded(recording: BaselineRecording) {
  const baseline = baselineOf(recording);
  return baseline === null ? null : totalsOf(baseline).requests;
}

describe("stable's baseline", () => {
  it('counts nothing of the time in which a pod got probes, though it got none before and gets none after', () => {
    const samples = [sampled(0, 0), sampled(0, 10), sampled(0, 500), sampled(0, 1_000), sampled(0, 1_010)];
    const isProbed = [false, false, true, false, false];
    expect(recorded(looks(samples, (uid, look) => uid === 'b' && isProbed[look] === false))).toBe(20);
    expect(recorded(looks(samples, (uid, look) => uid === 'a' || isProbed[look] === false))).toBe(20);
  });

  it('counts a pod that was probed from its beginning only from when it is spared', () => {
    const before = sampled(0, 0);
    const first: Sample = { counters: { a: counters(0) }, pods: { ready: 1, desired: 1, uids: ['a'], restarts: {} } };
    const samples = [first, before, sampled(0, 500), sampled(0, 900), sampled(0, 905)];
    expect(recorded(looks(samples, (uid, look) => uid === 'a' || look >= 3))).toBe(5);
  });

  it('is not taken from a worker that counted other requests as those of users', () => {
    const left: unknown = baselineOf(looks([sampled(0, 0), sampled(0, 10)], () => true));
    expect(readBaseline(left)).toEqual(left);
    expect(readBaseline({ ...(left as object), format: 1 })).toBeNull();
  });
});
