import { ApiException } from '@kubernetes/client-node';
import { expect, it, vi } from 'vitest';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import { forbidden, isTransient } from '../../src/kubernetes/errors.ts';
import { pauseBeforeRepeat, Refusals } from '../../src/kubernetes/repeat.ts';

const read: ApiRequest = { path: '/api/v1/namespaces/n/pods' };
const write: ApiRequest = { ...read, method: 'PATCH', body: '[]' };

/** All pauses until there is no further try. */
function pauses(request: ApiRequest, error: unknown): number[] {
  const all: number[] = [];
  for (let pause = pauseBeforeRepeat(request, error, 1); pause !== null;) {
    all.push(pause);
    pause = pauseBeforeRepeat(request, error, all.length + 1);
  }
  return all;
}

const busy = (after: string): ApiException<string> => new ApiException(429, '', '', { 'retry-after': after });

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

it('gives up on what is forbidden after some seconds, in which a server that has started learns of the Roles', () => {
  const all = pauses(write, forbidden('PATCH', read.path, '{}'));
  expect(sum(all)).toBeGreaterThan(5_000);
  expect(sum(all)).toBeLessThan(10_000);
});

it('waits as long as a busy server wants, within limits', () => {
  expect(pauseBeforeRepeat(write, busy('1'), 1)).toBe(1_000);
  expect(pauseBeforeRepeat(write, busy('3600'), 1)).toBe(5_000);
});

it.each([
  ['what may have taken effect', write, new ApiException(500, '', '', {})],
  ['what will not get better', read, new ApiException(404, '', '', {})],
  ['what its sender repeats himself', { ...read, once: true }, new ApiException(503, '', '', {})],
])('does not repeat %s', (_what, request, error) => {
  expect(pauses(request, error)).toEqual([]);
});

it('repeats a rehearsal', () => {
  expect(pauses({ ...write, query: { dryRun: 'All' } }, new ApiException(500, '', '', {}))).toHaveLength(4);
});

it('repeats what may have taken effect where twice is as good as once', () => {
  expect(pauses({ ...write, idempotent: true }, new ApiException(500, '', '', {}))).toHaveLength(4);
});

it('takes a refusal for one that passes until it has lasted for some seconds', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const refusals = new Refusals();
  const error = forbidden('PATCH', read.path, '{}');
  expect(refusals.outdated(write, error)).not.toBe(error);
  expect(isTransient(refusals.outdated(write, error))).toBe(true);
  vi.advanceTimersByTime(9_000);
  expect(refusals.outdated(write, error)).toBe(error);
  refusals.taken(write);
  expect(refusals.outdated(write, error)).not.toBe(error);
  vi.advanceTimersByTime(86_400_000);
  expect(refusals.outdated(write, error)).not.toBe(error);
  expect(refusals.outdated(write, busy('1'))).toMatchObject({ code: 429 });
  vi.useRealTimers();
});
