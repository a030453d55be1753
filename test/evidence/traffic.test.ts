import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendTraffic, type Traffic } from '../../src/evidence/traffic.ts';
import type { Transport } from '../../src/kubernetes/access/index.ts';

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
    run: '1',
    signal,
  });
}

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

  it('takes what it counts itself for no pod whose users alone are counted', () => {
    expect(begin(AbortSignal.abort()).spares('blue', 'probe traffic 1')).toBe(false);
  });

  it('leaves no timer behind when it was stopped before it began', () => {
    begin(AbortSignal.abort());
    expect(vi.getTimerCount()).toBe(0);
  });
});
