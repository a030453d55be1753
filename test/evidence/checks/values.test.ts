import type { HttpAnswer } from '../../../src/kubernetes/access/index.ts';
import { describe, expect, it } from 'vitest';
import { answerValue, type AnswerCheck } from '../../../src/evidence/checks/answer-value.ts';
import { queryValue, type QueryCheck } from '../../../src/evidence/checks/query-value.ts';
import type { QueryResult } from '../../../src/evidence/prometheus/answer.ts';
import { PrometheusError, type PrometheusApi } from '../../../src/evidence/prometheus/api.ts';

const { signal } = new AbortController();

function serverOf(result: QueryResult | Error): { api: PrometheusApi; asked: unknown[] } {
  const asked: unknown[] = [];
  const given = (...parameters: unknown[]): Promise<QueryResult> => {
    asked.push(parameters);
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  return { asked, api: { instant: given, range: given } };
}

const series = (...values: number[]) => ({
  labels: {},
  points: values.map((value, at) => ({ at, value })),
  isNativeHistogram: false,
});

function queried(result: QueryResult | Error, check: Partial<QueryCheck> = {}) {
  return queryValue(serverOf(result).api, { query: 'q', of: 'max', ...check }, 'q', { signal });
}

describe('the value of a query', () => {
  it('is the one number that it gives', async () => {
    expect(await queried({ kind: 'scalar', point: { at: 0, value: 2 } })).toEqual({ kind: 'value', value: 2 });
    expect(await queried({ kind: 'vector', series: [series(3)] })).toEqual({ kind: 'value', value: 3 });
  });

  it.each([
    ['max', 9],
    ['min', 1],
    ['mean', 4],
    ['last', 2],
  ] as const)('is the %s of a range, without what is no number', async (of, value) => {
    const result: QueryResult = { kind: 'matrix', series: [series(1, 9, Number.NaN, 2)] };
    expect(await queried(result, { range: '1m', of })).toEqual({ kind: 'value', value });
  });

  it('is asked of the range before the moment', async () => {
    const { api, asked } = serverOf({ kind: 'matrix', series: [] });
    await queryValue(api, { query: 'q', of: 'max', range: '2m' }, 'filled', { signal, at: 1_000 });
    expect(asked).toEqual([['filled', { signal, start: 880, end: 1_000, step: 2 }]]);
  });

  it.each<[QueryResult | Error, string]>([
    [{ kind: 'vector', series: [] }, '"q" gives no series'],
    [{ kind: 'vector', series: [series(1), series(2)] }, '"q" gives 2 series: write one that gives one number'],
    [{ kind: 'vector', series: [series(Number.NaN)] }, '"q" is NaN, as 0 / 0 is'],
    [{ kind: 'scalar', point: { at: 0, value: Number.POSITIVE_INFINITY } }, '"q" is infinite'],
    [{ kind: 'string' }, '"q" gives text'],
    [{ kind: 'vector', series: [{ ...series(), isNativeHistogram: true }] }, '"q" gives a native histogram'],
    [new PrometheusError('query', 'Prometheus refuses the query'), 'Prometheus refuses the query'],
  ])('is missing in %j', async (result, reason) => {
    expect(await queried(result)).toEqual({ kind: 'missing', reason: expect.stringContaining(reason) as string });
  });
});

function answer(body: string, status = 200, truncated = false): HttpAnswer {
  return { status, headers: {}, body, truncated, durationMs: 1 };
}

describe('the value of an answer', () => {
  const check: AnswerCheck = { method: 'GET', path: '/', headers: {}, within: '5s' };
  it('is what stands at the path of its JSON, or else its status', () => {
    expect(answerValue(check, answer('', 503))).toEqual({ kind: 'value', value: 503 });
    const body = JSON.stringify({ queue: { depth: 7 }, verdicts: ['pass'], ok: true });
    expect(answerValue({ ...check, json: 'queue.depth' }, answer(body))).toEqual({ kind: 'value', value: 7 });
    expect(answerValue({ ...check, json: 'verdicts.0' }, answer(body))).toEqual({ kind: 'value', value: 'pass' });
    expect(answerValue({ ...check, json: 'ok' }, answer(body))).toEqual({ kind: 'value', value: true });
  });

  it.each([
    [answer('{"a":1}', 500), 'it answered 500'],
    [answer('{"a":1}', 200, true), 'too long'],
    [answer('not JSON'), 'there is no number, text or truth value at a'],
    [answer('{"a":{}}'), 'there is no number, text or truth value at a'],
    [answer('{"a":null}'), 'there is no number, text or truth value at a'],
  ])('is missing in %j', (given, reason) => {
    expect(answerValue({ ...check, json: 'a' }, given)).toMatchObject({
      kind: 'missing',
      reason: expect.stringContaining(reason) as string,
    });
  });
});
