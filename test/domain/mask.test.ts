import { expect, it } from 'vitest';
import { maskCredentials, maskedBeginning, maskedEnd } from '../../src/domain/mask.ts';

it.each([
  ['cannot connect to postgres://app:c4n4ry@db:5432/shop', 'cannot connect to postgres://[masked]@db:5432/shop'],
  ['Authorization: Basic YTpjNG40cnk=', 'Authorization: Basic [masked]'],
  ['a Bearer c4n4ry.abc is no good', 'a Bearer [masked] is no good'],
  ['authorization: Bearer c4n4ry.abc', 'authorization: Bearer [masked]'],
  ['DB_PASSWORD=c4n4ry host=db', 'DB_PASSWORD=[masked] host=db'],
  ['{"clientSecret": "c4n4ry", "id": 7}', '{"clientSecret": "[masked]", "id": 7}'],
  ['{"token":"c4n4ry"}', '{"token":"[masked]"}'],
  ["api-key: 'c4n4ry'", "api-key: '[masked]'"],
  ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjNG40cnkifQ.c2ln', 'got [masked]'],
  ['AKIAIOSFODNN7EXAMPLE is denied', '[masked] is denied'],
  [
    '-----BEGIN RSA PRIVATE KEY-----\nMIIc4n4ry\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----[masked]-----END RSA PRIVATE KEY-----',
  ],
])('masks what looks like a credential: %s', (text, masked) => {
  expect(maskCredentials(text)).toBe(masked);
  expect(maskCredentials(masked)).toBe(masked);
});

it.each([
  'Error: listen EADDRINUSE: address already in use 10.1.2.3:8080',
  'GET http://api-green.shop.svc:80/healthz answered 500',
  'the token of the request has expired',
  'at Server.setupListenHandle [as _listen2] (node:net:1908:16)',
  'basic checks passed',
])('leaves other words as they are: %s', (text) => {
  expect(maskCredentials(text)).toBe(text);
});

it('ends soon on text that repeats itself', () => {
  const startedAt = performance.now();
  for (const piece of ['password', 'a://', 'eyJ', 'eyJ-', '-----BEGIN ', 'token=', 'bearer '])
    maskCredentials(piece.repeat(16_000));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

it('masks the end or the beginning of a text of any length, also what begins or ends outside of it', () => {
  const key = `-----BEGIN PRIVATE KEY-----${'c4n4ry'.repeat(3_000)}`;
  const long = 'eyJ-'.repeat(2_000_000);
  const startedAt = performance.now();
  expect(maskedEnd(`${long}\n${key}`, 1_000)).toMatch(/\[masked\]$/);
  expect(maskedBeginning(`${key} ${long}`, 1_000)).toMatch(/^-----BEGIN PRIVATE KEY-----\[masked\]/);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(maskedEnd(long, 1_000)).toHaveLength(1_000);
});
