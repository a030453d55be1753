import { ApiException } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { accessOf, apiErrorKind, describeApiError, forbidden, isTransient } from '../../src/kubernetes/errors.ts';

const failed = (code: number, body: unknown = '') => new ApiException(code, 'said so', body, {});

describe('the kind of an error', () => {
  it.each([
    [failed(404), 'not-found'],
    [failed(409, '{"reason":"AlreadyExists"}'), 'already-exists'],
    [failed(409, '{"reason":"Conflict"}'), 'conflict'],
    [failed(410), 'gone'],
    [failed(422), 'invalid'],
    [failed(429), 'too-many-requests'],
    [failed(500), 'unavailable'],
    [failed(504), 'unavailable'],
    [new Error('ECONNREFUSED'), 'unavailable'],
    [forbidden('GET', '/api/v1/namespaces/a/pods', ''), 'forbidden'],
  ] as const)('%s is told by its status', (error, kind) => {
    expect(apiErrorKind(error)).toBe(kind);
  });

  it('is transient only when the same request may succeed later', () => {
    expect([failed(503), failed(429), new Error('reset')].every(isTransient)).toBe(true);
    expect([failed(404), failed(409), failed(422), failed(401)].some(isTransient)).toBe(false);
  });
});

it("says the API server's own words in one line", () => {
  expect(describeApiError(failed(422, '{"message":"spec:\\n  wrong"}'))).toBe('spec: wrong (HTTP 422)');
});

describe('a 403', () => {
  it('names the object and the rule that is missing', () => {
    const body = '{"kind":"Status","message":"User \\"w\\" cannot patch"}';
    const error = forbidden('PATCH', '/api/v1/namespaces/shop/services/api-service', body);
    expect(error.failure).toBe('Forbidden');
    expect(error.message).toContain('may not patch services "api-service" in namespace "shop": User "w" cannot patch');
    expect(error.message).toContain('{"apiGroups":[""],"resources":["services"],"verbs":["patch"]}');
  });

  it.each([
    [
      'GET',
      '/api/v1/namespaces/a/pods/p/log',
      { verb: 'get', group: '', resource: 'pods/log', name: 'p', namespace: 'a' },
    ],
    [
      'GET',
      '/apis/apps/v1/namespaces/a/deployments',
      { verb: 'list', group: 'apps', resource: 'deployments', name: null, namespace: 'a' },
    ],
    ['GET', '/api/v1/namespaces/a', { verb: 'get', group: '', resource: 'namespaces', name: 'a', namespace: null }],
    [
      'DELETE',
      '/apis/batch/v1/namespaces/a/jobs',
      { verb: 'deletecollection', group: 'batch', resource: 'jobs', name: null, namespace: 'a' },
    ],
    [
      'POST',
      '/api/v1/namespaces/a/events',
      { verb: 'create', group: '', resource: 'events', name: null, namespace: 'a' },
    ],
    ['WATCH', '/api/v1/namespaces/a/pods', { verb: 'watch', group: '', resource: 'pods', name: null, namespace: 'a' }],
  ])('knows what %s %s asks for', (method, path, access) => {
    expect(accessOf(method, path)).toEqual(access);
  });
});
