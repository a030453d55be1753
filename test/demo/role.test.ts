/** What the worker of the demo may do: with `--keep` people go on with specs of their own. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { deploySpec, specOfRole } from '../../demo/deploy-spec.ts';
import { neededRules, type Rule } from '../../src/domain/permissions.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';

function rulesOf(raw: unknown): Rule[] {
  const read = parseSpec(raw);
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  return neededRules(read.spec);
}

/** The spec that the README shows first. */
function specOfReadme(): unknown {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  return parse(/```yaml\n(# yaml-language-server[\s\S]*?)```/.exec(text)?.[1] ?? '');
}

it.each([
  ['of the demo', deploySpec(20)],
  ['of the README', specOfReadme()],
  ['of examples/deploy.yaml', parse(readFileSync(new URL('../../examples/deploy.yaml', import.meta.url), 'utf8'))],
])('are enough for the spec %s', (_, spec) => {
  const given = rulesOf(specOfRole());
  const lacking = rulesOf(spec).filter(
    ({ group, resource, verbs, names }) =>
      !given.some(
        (rule) =>
          rule.group === group &&
          rule.resource === resource &&
          verbs.every((verb) => rule.verbs.includes(verb)) &&
          (rule.names === undefined || (names?.every((name) => rule.names?.includes(name)) ?? false)),
      ),
  );
  expect(lacking).toEqual([]);
});
