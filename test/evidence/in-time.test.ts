import { expect, it } from 'vitest';
import { sourceInTime } from '../../src/evidence/in-time.ts';
import type { Reading, Source } from '../../src/evidence/source.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

const subject = { spec: parsed(spec), slot: 'green' } as const;
const { signal } = new AbortController();
const sourceOf = (sample: Source['sample']): Source => ({ name: 'pod metrics', sample });
const hangs = sourceOf(() => new Promise<never>(() => undefined));
const sample: Reading = { kind: 'sample', sample: {} };

it('gives what the source gives in time', async () => {
  const source = sourceInTime(
    sourceOf(() => Promise.resolve(sample)),
    () => 10_000,
  );
  expect(source.name).toBe('pod metrics');
  expect(await source.sample(subject, signal)).toBe(sample);
});

it('takes for unmeasured what hangs, and tells it to end', async () => {
  let isTold = false;
  const telling = sourceOf((_subject, given) => {
    given.addEventListener('abort', () => (isTold = true));
    return hangs.sample(subject, given);
  });
  const reading = await sourceInTime(telling, () => 50).sample(subject, signal);
  expect(reading).toEqual({ kind: 'unmeasured', reason: 'no answer within 50ms' });
  expect(isTold).toBe(true);
});

it('rejects when the watch is to stop', async () => {
  const stop = new AbortController();
  const looking = sourceInTime(hangs, () => 10_000).sample(subject, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(looking).rejects.toThrow('stopped');
});

it('passes on what the source fails for', async () => {
  const failing = sourceOf(() => Promise.reject(new Error('no such page')));
  await expect(sourceInTime(failing, () => 10_000).sample(subject, signal)).rejects.toThrow('no such page');
});
