import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Temporal } from '../../src/client/temporal.ts';
import { validateSpec } from '../../src/client/validate.ts';
import { parsed } from '../workflows/scripted-activities.ts';
import { fakeTemporal } from './fake-temporal.ts';

const spec = parsed({ app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.0' } });
const patience = { doubt: 1, between: 1, taken: 20, answered: 60_000 };
const never = new Promise<never>(() => undefined);

/** A validation whose history has so many events at each look, the last one from then on. */
function begun(lengths: readonly number[], result: () => Promise<unknown>): Temporal {
  const left = [...lengths];
  let historyLength = 0;
  const look = (): Promise<object> => {
    historyLength = left.shift() ?? historyLength;
    return Promise.resolve({ historyLength });
  };
  return fakeTemporal({ polled: ['cutover'], start: () => Promise.resolve({ describe: look, result }) });
}

describe('a validation', () => {
  it('that no worker takes says so, and ends', async () => {
    const told: string[] = [];
    const options = { patience, onTrouble: (message: string) => told.push(message) };
    await expect(
      validateSpec(
        begun([2], () => never),
        spec,
        options,
      ),
    ).rejects.toMatchObject({
      name: 'NoWorker',
      message: expect.stringMatching(
        /^no worker on task queue cutover answered, though one polled it lately: see its log/,
      ) as string,
    });
    expect(told).toEqual(['waiting for a worker on task queue cutover: one polled it lately, and none takes this']);
  });

  it('may be taken late, and is answered then', async () => {
    const told: string[] = [];
    const doubted = new AbortController();
    const onTrouble = (message: string): void => {
      told.push(message);
      doubted.abort();
    };
    const temporal = begun([2, 2, 3], async () => {
      await once(doubted.signal, 'abort');
      return { mistakes: [], unchecked: [] };
    });
    expect(await validateSpec(temporal, spec, { patience, onTrouble })).toEqual({
      mistakes: [],
      unchecked: [],
      notes: [],
    });
    expect(told).toHaveLength(1);
  });

  it('that is taken at once tells nothing, however long it takes', async () => {
    const told: string[] = [];
    const options = { patience: { ...patience, answered: 50 }, onTrouble: (message: string) => told.push(message) };
    await expect(
      validateSpec(
        begun([5], () => never),
        spec,
        options,
      ),
    ).rejects.toMatchObject({
      name: 'TemporalCallFailed',
      message: expect.stringContaining(
        'no worker has answered what the spec of default/api refers to within 50ms',
      ) as string,
    });
    expect(told).toEqual([]);
  });
});
