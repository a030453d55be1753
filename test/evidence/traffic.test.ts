import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendTraffic, type Traffic } from '../../src/evidence/traffic.ts';
import { AccessError, type Transport } from '../../src/kubernetes/access/index.ts';
import type { PodView } from '../../src/kubernetes/pod.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';
import { podView } from './pod-view.ts';

const way: Transport = {
  request: () => Promise.resolve({ status: 200, headers: {}, body: '', truncated: false, durationMs: 1 }),
  connect: () => Promise.resolve({ durationMs: 1 }),
};

function begin(signal: AbortSignal): Traffic {
  return sendTraffic({
    way,
    namespace: 'default',
    port: 8080,
    requests: [{ path: '/' }],
    requestsPerSecond: 5,
    slots: ['blue', 'green'],
    sparing: 'blue',
    pods: () => [],
    podsNow: () => Promise.resolve([]),
    run: '1',
    signal,
  });
}

/** What a look counts of ten probes that two pods of the candidate refused; it finds `now` of them, or cannot read them. */
async function refused(now: readonly PodView[] | null) {
  const stop = new AbortController();
  const pods = [podView('a'), podView('b')];
  const traffic = sendTraffic({
    way: { ...way, request: () => Promise.reject(new AccessError('refused', 'GET /', 'connection refused')) },
    namespace: 'default',
    port: 8080,
    requests: [{ path: '/' }],
    requestsPerSecond: 5,
    slots: ['green'],
    sparing: null,
    pods: () => pods,
    podsNow: () => (now === null ? Promise.reject(new Error('the API server is away')) : Promise.resolve(now)),
    run: '1',
    signal: stop.signal,
  });
  await vi.advanceTimersByTimeAsync(2_000);
  stop.abort();
  const subject = { spec: parsed(spec), slot: 'green' } as const;
  const reading = await traffic.source.sample(subject, new AbortController().signal);
  if (reading.kind === 'unmeasured') throw new Error(reading.reason);
  const { probes, failedProbes } = reading.sample;
  const { requests, errors } = probes?.['probe traffic 1'] ?? {};
  return { requests, errors, told: failedProbes?.length, missed: reading.missed };
}

const excused = ['probes to pods that were taken away got no answer, and do not count'];

describe('probe traffic', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('leaves no timer behind when it is stopped', () => {
    const stop = new AbortController();
    begin(stop.signal);
    expect(vi.getTimerCount()).toBe(1);
    stop.abort();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts what a pod does not answer, but not where it is being taken away', async () => {
    const here = podView('a');
    const all = { requests: 10, errors: 10, told: 5, missed: [] };
    expect(await refused([here, podView('b', { ready: false })])).toEqual(all);
    expect(await refused(null)).toEqual(all);
    const half = { requests: 5, errors: 5, told: 5, missed: excused };
    expect(await refused([here, podView('b', { ready: false, terminating: true })])).toEqual(half);
    expect(await refused([here, podView('c')])).toEqual(half);
  });

  it('takes what it counts itself for no pod whose users alone are counted', () => {
    expect(begin(AbortSignal.abort()).spares('blue', 'probe traffic 1')).toBe(false);
  });

  it('leaves no timer behind when it was stopped before it began', () => {
    begin(AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });
});
