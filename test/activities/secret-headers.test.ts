import { describe, expect, it } from 'vitest';
import { ApiException } from '@kubernetes/client-node';
import { secretHeaders } from '../../src/activities/secret-headers.ts';
import type { HttpRequest } from '../../src/domain/spec.ts';
import type { ProbeRequest, Transport } from '../../src/kubernetes/access/index.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';

const value = 'a"canary+/8';
const encoded = (text: string): string => Buffer.from(text).toString('base64');
const asked: string[] = [];
const cluster = {
  api: {
    json: ({ path }: { path: string }): Promise<unknown> => {
      asked.push(path);
      if (path !== '/api/v1/namespaces/shop/secrets/smoke')
        return Promise.reject(new ApiException(404, 'gone', '', {}));
      return Promise.resolve({ data: { token: encoded(`${value}\n`), lines: encoded('a\nb') } });
    },
  },
} as unknown as Cluster;

/** Sends back what it is sent, in every form that applications use. */
const echo = {
  request: (_target: unknown, { headers = {} }: ProbeRequest) => {
    const sent = headers['authorization'] ?? '';
    const token = sent.slice('Bearer '.length);
    const body = [sent, JSON.stringify({ sent }), encodeURIComponent(token), Buffer.from(token).toString('base64')];
    return Promise.resolve({
      status: 200,
      headers: { 'x-echo': sent },
      body: body.join('\n'),
      truncated: false,
      durationMs: 1,
    });
  },
} as unknown as Transport;

function requestWith(name: string, key: string): HttpRequest {
  return { method: 'GET', path: '/', headers: { authorization: { prefix: 'Bearer ', secretKeyRef: { name, key } } } };
}

describe('headers from Secrets', () => {
  it('are sent with their values, which no answer gives away', async () => {
    const request = requestWith('smoke', 'token');
    const { resolve, way } = await secretHeaders(cluster, 'shop', [request, request], echo);
    expect(asked).toEqual(['/api/v1/namespaces/shop/secrets/smoke']);
    expect(resolve(request).headers).toEqual({ authorization: `Bearer ${value}` });
    const target = { kind: 'service', namespace: 'shop', name: 'api' } as const;
    const answer = await way.request(target, resolve(request), { timeoutMs: 1_000 });
    expect(answer.headers).toEqual({ 'x-echo': 'Bearer [secret]' });
    expect(answer.body.split('\n')).toEqual(['Bearer [secret]', '{"sent":"Bearer [secret]"}', '[secret]', '[secret]']);
  });

  it.each([
    ['nowhere', 'token', 'there is no Secret "nowhere"'],
    ['smoke', 'nothing', 'the Secret "smoke" has no key "nothing"'],
    ['smoke', 'lines', 'the key "lines" of the Secret "smoke" cannot be a header'],
  ])('say what is missing: %s/%s', async (name, key, words) => {
    await expect(secretHeaders(cluster, 'shop', [requestWith(name, key)], echo)).rejects.toThrow(words);
  });
});
