import { describe, expect, it } from 'vitest';
import { neededRules } from '../../src/domain/permissions.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';

const value = 'Zx81-canary';

function specWith(headers: Record<string, unknown>): unknown {
  const requests = [{ path: '/a', headers }];
  return {
    app: 'api',
    service: 'api-service',
    access: 'direct',
    candidate: { image: 'myapp:v2' },
    warmUp: { requests },
  };
}

describe('a header of a request', () => {
  it.each([
    ['authorization', value],
    ['Authorization', `Bearer ${value}`],
    ['x-api-key', value],
    ['Cookie', `session=${value}`],
    ['x-anything', `Bearer ${value}`],
  ])('that holds a credential (%s: %s) is refused without a word of it', (name, text) => {
    const parsed = parseSpec(specWith({ [name]: text }));
    expect(parsed.ok).toBe(false);
    expect(parsed).toMatchObject({
      mistakes: [
        { path: `warmUp.requests[0].headers.${name}`, message: expect.stringContaining('secretKeyRef') as string },
      ],
    });
    expect(JSON.stringify(parsed)).not.toContain(value);
  });

  it.each([
    ['x-smoke', '1'],
    ['content-type', 'application/json'],
    ['x-csrf', 'token'],
    ['authorization', ''],
  ])('that is none (%s: %s) is taken', (name, text) => {
    expect(parseSpec(specWith({ [name]: text })).ok).toBe(true);
  });

  it('may name the key of a Secret, which the worker then may read, and no other', () => {
    const parsed = parseSpec(
      specWith({ authorization: { prefix: 'Bearer ', secretKeyRef: { name: 'smoke', key: 'token' } } }),
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
    expect(neededRules(parsed.spec).filter(({ resource }) => resource === 'secrets')).toEqual([
      { group: '', resource: 'secrets', verbs: ['get'], names: ['smoke'] },
    ]);
  });

  it.each([[{ secretKeyRef: { name: 'smoke' } }], [{ secretKeyRef: { name: 'Smoke!', key: 'a' } }], [5]])(
    'that is neither text nor a key (%j) is a mistake',
    (header) => {
      expect(parseSpec(specWith({ authorization: header }))).toMatchObject({
        ok: false,
        mistakes: [{ path: expect.stringContaining('headers.authorization') as string }],
      });
    },
  );
});
