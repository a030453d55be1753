import { test } from 'vitest';
import { expectNoViolation } from './sequences.ts';

/** Two files of them, since files run side by side. */
test('a thousand deployments to which anything may happen break no invariant', { timeout: 300_000 }, async () => {
  await expectNoViolation({ runs: 1_000, seed: 2 });
});
