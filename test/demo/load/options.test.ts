import { describe, expect, test } from 'vitest';
import { completeOptions } from '../../../demo/load/options.ts';
import { parseTarget } from '../../../demo/load/target.ts';

describe('targets', () => {
  test.each([
    ['http://127.0.0.1:8080/api/items?page=2', { hostname: '127.0.0.1', port: 8080, path: '/api/items?page=2' }],
    ['http://127.96.0.10', { hostname: '127.96.0.10', port: 80, path: '/' }],
    ['http://[::1]:81/', { hostname: '::1', port: 81, path: '/' }],
    ['http://localhost/', { hostname: 'localhost', port: 80, path: '/' }],
  ])('%s is on this machine', (url, target) => {
    expect(parseTarget(url)).toEqual({ url, ...target });
  });

  test.each([
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://0.0.0.0/',
    'http://example.org/',
    'http://127.example.org/',
    'http://127.0.0.1.example.org/',
    'http://localhost.example.org/',
    'http://127.0.0.1@example.org/',
    'http://[::2]/',
  ])('%s is refused, because it is elsewhere', (url) => {
    expect(() => parseTarget(url)).toThrow('is not on this machine');
  });

  test.each(['https://127.0.0.1/', 'ftp://127.0.0.1/'])('%s is refused for its protocol', (url) => {
    expect(() => parseTarget(url)).toThrow('speaks http only');
  });

  test('what is no URL is refused', () => {
    expect(() => parseTarget('127.0.0.1:80')).toThrow('is not a URL');
  });
});

describe('options', () => {
  const urls = ['http://127.0.0.1/'];

  test('are bounded by default', () => {
    expect(completeOptions({ urls, requestsPerSecond: 250 })).toMatchObject({
      keepAliveShare: 0.5,
      durationMs: 600_000,
      maxRequests: 1_000_000,
      timeoutMs: 5_000,
    });
  });

  test.each([
    ['requestsPerSecond', { requestsPerSecond: Number.NaN }],
    ['requestsPerSecond', { requestsPerSecond: 0 }],
    ['keepAliveShare', { keepAliveShare: 2 }],
    ['durationMs', { durationMs: Infinity }],
    ['maxRequests', { maxRequests: 0 }],
  ])('with a wrong %s are refused by name', (name, wrong) => {
    expect(() => completeOptions({ urls, requestsPerSecond: 250, ...wrong })).toThrow(name);
  });

  test('without a URL are refused', () => {
    expect(() => completeOptions({ urls: [], requestsPerSecond: 250 })).toThrow('no URL');
  });
});
