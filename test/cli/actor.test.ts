import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { actor } from '../../src/cli/actor.ts';

it.each([
  [{ CUTOVER_BY: 'ann', GITHUB_ACTOR: 'octo' }, 'ann'],
  [{ CUTOVER_BY: ' ', GITHUB_ACTOR: 'octo' }, 'octo'],
  [{ GITLAB_USER_LOGIN: 'lab' }, 'lab'],
])('%j speaks for %s', (env, name) => {
  expect(actor(env)).toBe(name);
});

it('is the user of this machine elsewhere', () => {
  expect(actor({})).toMatch(new RegExp(`^.+@${hostname()}$`));
});
