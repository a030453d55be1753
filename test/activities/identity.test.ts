import { expect, it } from 'vitest';
import { identityOf } from '../../src/activities/identity.ts';

const answer = { status: 200, headers: { 'x-version': 'v2.0' }, body: '{"build":{"version":"v2.0","number":17}}' };

it.each([
  [{ header: 'X-Version' }, 'v2.0'],
  [{ header: 'x-other' }, null],
  [{ json: 'build.version' }, 'v2.0'],
  [{ json: 'build.number' }, '17'],
  [{ json: 'build.nothing.there' }, null],
])('reads %j as %s', (identity, found) => {
  expect(identityOf(answer, identity)).toBe(found);
});

it('finds nothing in a body that is no JSON', () => {
  expect(identityOf({ ...answer, body: '<html>' }, { json: 'build' })).toBeNull();
});
