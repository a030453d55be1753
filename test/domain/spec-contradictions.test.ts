import { describe, expect, it } from 'vitest';
import { parseRecordedSpec, parseSpec } from '../../src/domain/spec-mistakes.ts';
import { spec } from '../workflows/scripted-activities.ts';

function mistakes(changes: Record<string, unknown>): string[] {
  const read = parseSpec({ ...spec, ...changes });
  return read.ok ? [] : read.mistakes.map(({ path, message }) => `${path}: ${message}`);
}

const key = { secretKeyRef: { name: 'smoke', key: 'token' } };
const authorized = { headers: { authorization: key, 'x-smoke': key } };
const container = { name: 'web', image: 'web:1' };
const manifest = {
  kind: 'Deployment',
  spec: { template: { spec: { containers: [container, { name: 'proxy', image: 'proxy:1' }] } } },
};

function withSmoke(http: Record<string, unknown>): Record<string, unknown> {
  return { smoke: { checks: [{ name: 'a', http }] } };
}

function withCheck(check: Record<string, unknown>): Record<string, unknown> {
  return { prometheus: { url: 'https://prometheus.example' }, soak: { checks: [{ name: 'a', ...check }] } };
}

const query = { prometheus: { query: 'up' } };

describe('parts of a spec that contradict each other', () => {
  it('are told along with unknown fields, which are read as they were meant', () => {
    const thresholds = { p95: '2s', p99: '1s' };
    const found = mistakes({ replicsa: 3, cutover: { minimumReady: 4 }, soak: { foo: 1, thresholds }, owner: 'me' });
    expect(found).toEqual([
      expect.stringMatching(/^soak\.foo: is not a known field$/),
      expect.stringMatching(/^replicsa: is not a known field: did you mean replicas\?$/),
      expect.stringMatching(/^owner: is not a known field$/),
      expect.stringMatching(/^cutover\.minimumReady: is 4, but the candidate has 3 \(replicas\)/),
      expect.stringMatching(/^soak\.thresholds: p95 \(2s\) is above p99/),
    ]);
  });

  it('are not made up where an unknown field would have given what is missing', () => {
    const server = { url: 'https://prometheus.example' };
    const checks = [{ name: 'a', ...query, expect: { atMost: 1 } }];
    expect(mistakes({ promethues: server, soak: { checks } })).toEqual([
      'promethues: is not a known field: did you mean prometheus?',
    ]);
    expect(mistakes({ promethues: server, soak: { checks }, replicas: 0 })).toHaveLength(2);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'more ready pods than there are',
      { replicas: 3, cutover: { minimumReady: 4 } },
      /^cutover\.minimumReady: is 4, but the candidate has 3 \(replicas\): lower it, or raise replicas$/,
    ],
    [
      'a fallback that never goes',
      { replicas: 1, rollback: { minimumReady: 2 } },
      /^rollback\.minimumReady: is 2, but .* the old slot stays until so many are ready/,
    ],
    [
      'pods that have to be ready for longer than they have',
      { minReadySeconds: 60, timeouts: { deploy: '1m' } },
      /^minReadySeconds: is 1m, .* timeouts\.deploy \(1m\)/,
    ],
    ['the name of a preview', { app: 'api', service: 'api-green' }, /^service: is the name of a preview Service/],
    [
      'a header that the proxy takes',
      { warmUp: { requests: [{ path: '/' }, authorized] } },
      /^warmUp\.requests\[1\]\.headers\.authorization: cannot pass the API server's proxy: use access: direct/,
    ],
    [
      'a header that the proxy takes, to a Prometheus server',
      { prometheus: { service: { name: 'prometheus' }, ...authorized } },
      /^prometheus\.headers\.authorization: cannot pass/,
    ],
    [
      'a header that the proxy takes, in a check',
      withCheck({ http: authorized, expect: { equals: 200 } }),
      /^soak\.checks\[0\]\.http\.headers\.authorization: cannot pass/,
    ],
    [
      'a manifest for another namespace',
      { candidate: { manifest: { ...manifest, metadata: { namespace: 'prod' } }, container: 'web' } },
      /^candidate\.manifest\.metadata\.namespace: is "prod", the spec is for "default"/,
    ],
    [
      'a manifest of another API version',
      { candidate: { manifest: { ...manifest, apiVersion: 'extensions/v1beta1' } } },
      /^candidate\.manifest\.apiVersion: has to be apps\/v1$/,
    ],
    [
      'a container that is not in the manifest',
      { candidate: { manifest, container: 'wb' } },
      /^candidate\.container: is "wb", but the pods have web, proxy: name one of these$/,
    ],
    [
      'an image for any of several containers',
      { candidate: { manifest, image: 'web:2' } },
      /^candidate\.container: is required, since the pods have 2 containers \(web, proxy\)/,
    ],
    [
      'the text of an answer to HEAD',
      withSmoke({ method: 'HEAD', expect: { text: 'ok' } }),
      /^smoke\.checks\[0\]\.http\.expect\.text: can never be found: the answer to HEAD has no content$/,
    ],
    [
      'the JSON of an answer without content',
      withSmoke({ expect: { status: [204, 304], json: { ok: true } } }),
      /^smoke\.checks\[0\]\.http\.expect\.json: can never be found: an answer with the status 204 or 304 has no/,
    ],
    [
      'the JSON of an answer to HEAD in a watch',
      withCheck({ http: { method: 'HEAD', json: 'queue' }, expect: { atMost: 1 } }),
      /^soak\.checks\[0\]\.http\.json: can never be found/,
    ],
    ['text from a query', withCheck({ ...query, expect: { equals: 'ok' } }), /\.expect\.equals: has to be a number/],
    ['text from a status', withCheck({ http: {}, expect: { equals: 'ok' } }), /\.expect\.equals: .* http\.json/],
    [
      'bounds without anything between',
      withCheck({ ...query, expect: { atLeast: 3, atMost: 2 } }),
      /^soak\.checks\[0\]\.expect: no value is at least 3 and at most 2$/,
    ],
    ['a value beyond its bound', withCheck({ ...query, expect: { equals: 3, atMost: 2 } }), /is not at most 2$/],
    ['a value below its bound', withCheck({ ...query, expect: { equals: 1, atLeast: 2 } }), /is not at least 2$/],
    [
      'text with a bound',
      withCheck({ http: { json: 'a' }, expect: { equals: 'ok', atMost: 2 } }),
      /expect: "equals" is no number here/,
    ],
  ])('are refused with one mistake at the field: %s', (_, changes, words) => {
    expect(mistakes(changes)).toEqual([expect.stringMatching(words)]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['as many ready pods as there are', { replicas: 3, cutover: { minimumReady: 3 }, rollback: { minimumReady: 3 } }],
    ['a number of pods that only the cluster knows', { cutover: { minimumReady: 4 }, rollback: { minimumReady: 2 } }],
    ['the default interval in a short watch', { soak: { duration: '4s' }, monitor: { duration: '1s' } }],
    ['any interval in a watch that is skipped', { monitor: { duration: '0s', interval: '1m' } }],
    ['all headers on the direct way', { access: 'direct', warmUp: { requests: [authorized] } }],
    [
      'all headers to an address',
      { prometheus: { url: 'https://p.example', ...authorized }, ...withSmoke({ headers: { a: 'b' } }) },
    ],
    ['HEAD that only asks for a status', withSmoke({ method: 'HEAD', expect: { status: 200 } })],
    ['content for one status of several', withSmoke({ expect: { status: [200, 204], text: 'ok' } })],
    ['text that is a number', withCheck({ http: { json: 'a' }, expect: { equals: '2', atMost: 2 } })],
    ['a manifest whose container is named', { candidate: { manifest, image: 'web:2', container: 'web' } }],
  ])('are told from what goes together: %s', (_, changes) => {
    expect(mistakes(changes)).toEqual([]);
  });

  it('do not stand in the way of the rollback of a deployment that has them', () => {
    const recorded = { ...spec, replicas: 1, rollback: { minimumReady: 2 } };
    expect(parseSpec(recorded).ok).toBe(false);
    expect(parseRecordedSpec(recorded).ok).toBe(true);
    expect(parseRecordedSpec({ ...recorded, replicas: 'x' }).ok).toBe(false);
  });
});
