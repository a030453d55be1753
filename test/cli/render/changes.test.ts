import { describe, expect, it } from 'vitest';
import { describeChanges, describeProgress } from '../../../src/cli/render/changes.ts';
import { now, recordAt, status, switchRecord } from './sample.ts';

describe('the lines of a log', () => {
  it('tell at first all that has happened, in the order in which it did', () => {
    expect(describeChanges(null, status(recordAt('warmUp').state), now)).toEqual([
      '14:00:03 ✓ preflight (1s): api-blue is live; the candidate becomes api-green',
      '14:00:06 ✓ deploy (2s): deploy is done',
      '14:00:07 ▸ warm-up',
    ]);
  });

  it('tell only what is new afterwards', () => {
    const record = recordAt('cutover');
    const before = status(record.state);
    expect(describeChanges(before, status(record.state), now)).toEqual([]);
    record.switched(switchRecord());
    record.end('cutover', 'done', 'verified');
    record.begin('monitor', { next: { what: 'the monitor ends', at: '2026-11-23T14:10:00Z' } });
    expect(describeChanges(before, status(record.state), now)).toEqual([
      expect.stringMatching(/^14:00:\d\d ✓ cutover \(.+\): verified$/),
      expect.stringMatching(/^14:00:\d\d ▸ monitor$/),
      // As of its step, not of the look: what the step reports comes after it.
      '14:00:18 … next: the monitor ends in 5m, at 14:10:00 UTC',
      '14:00:20 ⇄ cutover: blue ──▶ green, patched in 14ms, verified 212ms later',
    ]);
  });

  it('tell when the extension of a watch ends, and what happens then', () => {
    const record = recordAt('monitor');
    record.begin('monitor', { next: { what: 'the monitor ends', at: '2026-11-23T14:04:00Z' } });
    const [ending, extended] = ['14:04:00', '14:05:39'].map((time, index) => ({
      step: 'monitor' as const,
      summary: '0 requests',
      at: '2026-11-23T14:04:58Z',
      expectedAt: `2026-11-23T${time}Z`,
      ...(index === 0 ? {} : { isExtended: true as const }),
    }));
    const before = status(record.state, { progress: ending ?? null });
    const after = status(record.state, { progress: extended ?? null });
    expect(describeChanges(before, after, now)).toEqual([
      '14:04:58 … next: switches back to blue unless the monitor has enough data in 39s, at 14:05:39 UTC',
    ]);
    expect(describeChanges(after, after, now)).toEqual([]);
  });

  it('tell what is waited for, decisions, and the end', () => {
    const record = recordAt('approval');
    record.begin('approval', { waitingFor: 'an operator: cutover approve default/api' });
    const before = status(recordAt('approval').state);
    expect(describeChanges(before, status(record.state), now)).toEqual([
      expect.stringMatching(/^14:00:\d\d … waits for an operator: cutover approve default\/api$/),
    ]);
    const waiting = status(record.state);
    record.decided({ kind: 'reject', by: 'ann', reason: 'not today', via: 'update' });
    record.end('approval', 'interrupted', 'ann refused approval');
    record.conclude('rejected');
    const told = describeChanges(waiting, status(record.state), now).join('\n');
    expect(told).toMatch(
      /• reject by ann: not today\n.*■ approval .*: ann refused approval\n.*default\/api rejected: stable serves/,
    );
    expect(told).not.toContain('not reached');
  });

  it('tell in one line what was said in several', () => {
    const record = recordAt('smoke');
    const before = status(record.state);
    record.end('smoke', 'failed', 'the spec is not valid:\n  sok: not known\nreplicas: not a number');
    expect(describeChanges(before, status(record.state), now).join('\n')).toContain(
      'the spec is not valid: sok: not known; replicas: not a number',
    );
  });

  it('tell progress once', () => {
    const record = recordAt('deploy');
    const progress = { step: 'deploy', summary: '3 of 10 ready', at: '2026-11-23T14:04:00Z' } as const;
    const shown = status(record.state, { progress });
    expect(describeProgress(null, shown, now)).toBe('14:04:00   deploy: 3 of 10 ready');
    expect(describeProgress(shown, shown, now)).toBeNull();
    const retrying = { activity: 'deploy', attempt: 2, lastFailure: 'no route' };
    expect(describeProgress(shown, { ...shown, retrying }, now)).toBe(
      '14:04:00   deploy: 3 of 10 ready (attempt 2; the one before failed: no route)',
    );
  });
});
