import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mutants } from './mutants.ts';
import { mutated } from './scratch.ts';

const root = new URL('../../../', import.meta.url);

test.each(mutants.map((mutant) => [mutant.name, mutant] as const))('can be made: %s', (_name, mutant) => {
  const source = readFileSync(fileURLToPath(new URL(mutant.file, root)), 'utf8');
  expect(mutated(source, mutant)).not.toBe(source);
});

test('each invariant has three of them at least', () => {
  const counts = new Map<string, number>();
  for (const { invariant } of mutants) counts.set(invariant, (counts.get(invariant) ?? 0) + 1);
  expect([...counts.values()].every((count) => count >= 3)).toBe(true);
  expect([...counts.keys()].sort()).toEqual(['1', '2', '3', '4', '6', '7', '8', '9']);
});
