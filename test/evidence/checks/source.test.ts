import { expect, it } from 'vitest';
import { checksSource } from '../../../src/evidence/checks/source.ts';
import type { WatchCheck } from '../../../src/domain/spec.ts';
import { parsed, spec } from '../../workflows/scripted-activities.ts';

it('asks all checks at once, so that those that hang are waited for together', async () => {
  const checks = Array.from(
    { length: 20 },
    (_, index) => ({ name: `check ${index}`, job: {} }) as unknown as WatchCheck,
  );
  const asked: string[] = [];
  const source = checksSource(checks, 'green', ({ name }) => {
    asked.push(name);
    return new Promise(() => undefined);
  });
  void source.sample({ spec: parsed(spec), slot: 'green' }, new AbortController().signal);
  await Promise.resolve();
  expect(asked).toHaveLength(20);
});
