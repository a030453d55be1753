import { describe, expect, it } from 'vitest';
import { traced, withTrace } from '../../../src/kubernetes/access/index.ts';

describe('a traced request', () => {
  it('begins a trace of its own, as W3C has it, and keeps the rest of the request', () => {
    const { request, traceId } = traced({ method: 'POST', path: '/orders', headers: { accept: 'text/plain' } });
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(request).toMatchObject({ method: 'POST', path: '/orders', headers: { accept: 'text/plain' } });
    expect(request.headers).toHaveProperty('traceparent', expect.stringMatching(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });

  it('has another id each time', () => {
    const ids = Array.from({ length: 100 }, () => traced({ path: '/' }).traceId);
    expect(new Set(ids).size).toBe(100);
  });

  it('leaves a header that the spec sets, which may be a secret', () => {
    const own = { path: '/', headers: { TraceParent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00' } };
    expect(traced(own)).toEqual({ request: own, traceId: null });
  });
});

it('names the trace where there is one', () => {
  expect(withTrace('answered 503', 'abc')).toBe('answered 503 (trace abc)');
  expect(withTrace('answered 503', null)).toBe('answered 503');
});
