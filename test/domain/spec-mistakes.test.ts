import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeMistakes, parseSpec } from '../../src/domain/spec-mistakes.ts';

const good = { app: 'api', service: 'api-service', candidate: { image: 'myapp:v2.0' } };

function mistakes(input: unknown): Record<string, string> {
  const parsed = parseSpec(input);
  return parsed.ok ? {} : Object.fromEntries(parsed.mistakes.map(({ path, message }) => [path, message]));
}

describe('a mistake', () => {
  it('names every field that is missing, and what it is for', () => {
    expect(mistakes({})).toEqual({
      app: 'is required: The app; its slots are the Deployments <app>-blue and <app>-green',
      service: 'is required: The production Service, whose selector decides which slot is live',
      candidate: 'is required: give either "image" or "manifest"',
    });
  });

  it.each([
    [{ app: 5 }, 'app', 'has to be text, not the number 5'],
    [{ replicas: '3' }, 'replicas', 'has to be a whole number, not the text "3"'],
    [{ replicas: 2.5 }, 'replicas', 'has to be a whole number, not the number 2.5'],
    [{ replicas: 0 }, 'replicas', 'has to be at least 1'],
    [
      { soak: { thresholds: { errorRate: '5%' } } },
      'soak.thresholds.errorRate',
      'has to be a number, a share of 1: 5 % is 0.05',
    ],
    [
      { soak: { thresholds: { errorRate: 5 } } },
      'soak.thresholds.errorRate',
      'has to be a share of 1, so 1 at most: 5 % is 0.05',
    ],
    [
      { soak: { thresholds: { errorRate: 'few' } } },
      'soak.thresholds.errorRate',
      'has to be a number, not the text "few"',
    ],
    [{ logs: { allow: ['('] } }, 'logs.allow[0]', 'is not a regular expression: Unterminated group'],
    [{ replicas: 9_999 }, 'replicas', 'may be 5,000 at most'],
    [{ soak: null }, 'soak', 'has to be an object, not empty (null)'],
    [{ timeouts: [] }, 'timeouts', 'has to be an object, not a list'],
    [{ retention: 300 }, 'retention', 'write a duration such as 500ms, 30s, 5m or 24h'],
    [{ retention: 'a day' }, 'retention', 'write a duration such as 500ms, 30s, 5m or 24h'],
    [{ retention: '90d' }, 'retention', 'at most 30d'],
    [{ approval: { required: 'yes' } }, 'approval.required', 'has to be true or false, not the text "yes"'],
    [{ teardown: 'remove' }, 'teardown', 'has to be "delete" or "scale-to-zero", not the text "remove"'],
    [{ app: 'Api_1' }, 'app', 'use lower-case letters, digits and "-" (a DNS label)'],
    [{ metrics: { path: 'metrics' } }, 'metrics.path', 'has to start with "/"'],
    [{ metrics: 'off' }, 'metrics', 'has to be "none" or an object, not the text "off"'],
    [
      { warmUp: { requests: [{ headers: { a: 1 } }] } },
      'warmUp.requests[0].headers.a',
      'has to be text, or an object with "secretKeyRef"',
    ],
    [
      { warmUp: { requests: [{ body: NaN }] } },
      'warmUp.requests[0].body',
      'has to be a JSON value, not the number NaN',
    ],
  ])('in %j says what %s has to be', (change, path, message) => {
    expect(mistakes({ ...good, ...change })).toEqual({ [path]: message });
  });

  it.each([
    [{ soack: {} }, 'soack', 'is not a known field: did you mean soak?'],
    [{ warmup: {} }, 'warmup', 'is not a known field: did you mean warmUp?'],
    [{ warm_up: {} }, 'warm_up', 'is not a known field: did you mean warmUp?'],
    [{ monitor: { durration: '1m' } }, 'monitor.durration', 'is not a known field: did you mean duration?'],
    [{ owner: 'me' }, 'owner', 'is not a known field'],
    [{ 'a b': 1 }, '["a b"]', 'is not a known field'],
  ])('in %j says which field was meant', (change, path, message) => {
    expect(mistakes({ ...good, ...change })).toEqual({ [path]: message });
  });

  it('is reported with all others at once', () => {
    const found = mistakes({ app: 5, soak: { duration: 'x', thresholds: { errorRate: 2 } }, replicas: 0 });
    expect(Object.keys(found).sort()).toEqual(
      ['app', 'candidate', 'replicas', 'service', 'soak.duration', 'soak.thresholds.errorRate'].sort(),
    );
  });

  it('is one line each when described', () => {
    const parsed = parseSpec({ ...good, app: 5, replicas: 0 });
    expect(parsed.ok ? '' : describeMistakes(parsed.mistakes)).toBe(
      'app: has to be text, not the number 5\nreplicas: has to be at least 1',
    );
  });
});

describe('a choice', () => {
  it.each([
    [{}, 'candidate', 'give either "image" or "manifest"'],
    ['myapp:v2', 'candidate', 'has to be an object with "image" or "manifest", not the text "myapp:v2"'],
    [{ image: 5 }, 'candidate.image', 'has to be text, not the number 5'],
    [{ imge: 'myapp:v2' }, 'candidate.imge', 'is not a known field: did you mean image?'],
    [{ image: 'a', pach: {} }, 'candidate.pach', 'is not a known field: did you mean patch?'],
    [
      { manifest: { kind: 'Pod', spec: { template: {} } } },
      'candidate.manifest.kind',
      'has to be "Deployment", not the text "Pod"',
    ],
    [
      { manifest: { kind: 'Deployment', spec: { template: {} } }, patch: {} },
      'candidate.patch',
      'goes with "image" alone: change the manifest itself',
    ],
  ])('of the candidate %j is read as it was meant', (candidate, path, message) => {
    expect(mistakes({ ...good, candidate })).toEqual({ [path]: message });
  });

  it.each([
    [{ name: 'a' }, '', 'give one of "http", "tcp" or "job"'],
    [{ name: 'a', htp: { path: '/' } }, '.htp', 'is not a known field: did you mean http?'],
    [{ name: 'a', grpc: {} }, '', 'give one of "http", "tcp" or "job", in place of "grpc"'],
    [{ name: 'a', http: {}, tcp: {} }, '', 'give only one of "http" or "tcp"'],
    [{ name: 'a', http: { path: 5 } }, '.http.path', 'has to be text, not the number 5'],
    [{ name: 'a', http: { path: 'x' } }, '.http.path', 'must start with "/"'],
    [{ name: 'a', tcp: { port: 0 } }, '.tcp.port', 'has to be at least 1'],
    [{ http: {} }, '.name', 'is required: text'],
    [{ name: 'a', job: { podSpec: { containers: [] } } }, '.job.podSpec.containers', 'needs at least one entry'],
    ['/healthz', '', 'has to be an object with "http", "tcp" or "job", not the text "/healthz"'],
  ])('of the check %j is read as it was meant', (check, path, message) => {
    expect(mistakes({ ...good, smoke: { checks: [check] } })).toEqual({ [`smoke.checks[0]${path}`]: message });
  });

  it('keeps the mistakes of several checks apart, and finds names that are used twice among them', () => {
    const checks = [{ name: 'a', tcp: {} }, { name: 'a', http: { path: 5 } }, { name: 'c' }];
    expect(mistakes({ ...good, smoke: { checks } })).toEqual({
      'smoke.checks[1].name': 'is used by two checks',
      'smoke.checks[1].http.path': 'has to be text, not the number 5',
      'smoke.checks[2]': 'give one of "http", "tcp" or "job"',
    });
  });
});

describe('hostile input', () => {
  it.each([['text'], [5], [null], [undefined], [[]], [true]])('%j is no spec', (input) => {
    expect(mistakes(input)['']).toMatch(/^a spec has to be an object, not /);
  });

  it('that is nested without end is refused', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = { a: deep };
    expect(mistakes({ ...good, candidate: { image: 'a', patch: deep } })).toEqual({
      'candidate.patch.a': 'is nested more than 64 levels deep',
    });
    const cyclic: Record<string, unknown> = { ...good };
    cyclic['self'] = [cyclic, cyclic];
    expect(parseSpec(cyclic).ok).toBe(false);
  });

  it('that is huge gives a short answer', () => {
    expect(mistakes({ ...good, smoke: { checks: Array.from({ length: 100_000 }, () => ({})) } })).toEqual({
      '': 'has more than 50000 values',
    });
    const parsed = parseSpec(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`field-${n}`.repeat(2), n])));
    expect(parsed.ok ? [] : parsed.mistakes).toHaveLength(51);
    expect(JSON.stringify(parsed).length).toBeLessThan(30_000);
  });

  it('of too many bytes is refused by the part that has most of them', () => {
    const script = 'x'.repeat(100_000);
    const podSpec = { containers: [{ name: 'c', image: 'i', args: ['-c', script] }] };
    const checks = [
      { name: 'a', http: {} },
      { name: 'b', job: { podSpec } },
    ];
    const path = 'smoke.checks[1].job.podSpec.containers[0].args[1]';
    expect(mistakes({ ...good, smoke: { checks } })).toEqual({
      [path]: expect.stringContaining('has 100002 bytes, of the 100') as string,
    });
    const many = Array.from({ length: 20 }, () => 'x'.repeat(5_000));
    const patch = { metadata: { annotations: Object.fromEntries(many.entries()) } };
    expect(Object.keys(mistakes({ ...good, candidate: { image: 'a', patch } }))).toEqual([
      'candidate.patch.metadata.annotations',
    ]);
  });

  it.each(['{"__proto__": {"app": "api"}}', '{"candidate": {"image": "a", "patch": {"x": {"__proto__": {}}}}}'])(
    '%s reaches no prototype',
    (text) => {
      const document = Object.assign(JSON.parse(text) as object, { app: 'api', service: 'api-service' });
      expect(Object.values(mistakes(document))).toEqual(['"__proto__" cannot be the name of a field']);
    },
  );

  it('of any shape gives a spec or mistakes', () => {
    const fields = fc.constantFrom(...Object.keys(good), 'smoke', 'soak', 'metrics');
    const answered = fc.property(fc.jsonValue({ maxDepth: 6 }), fields, (value, field) =>
      [value, { ...good, [field]: value }].map(parseSpec).every((parsed) => parsed.ok || parsed.mistakes.length > 0),
    );
    expect(fc.check(answered).failed).toBe(false);
  });
});

describe('a spec', () => {
  it('gets the defaults of the pattern', () => {
    const parsed = parseSpec(good);
    expect(parsed).toMatchObject({
      ok: true,
      spec: {
        namespace: 'default',
        soak: { duration: '5m' },
        retention: '24h',
        approval: { required: false },
        rollback: { automatic: true },
      },
    });
  });

  it('that is valid parses to itself', () => {
    fc.assert(
      fc.property(validSpec, (input) => {
        const first = parseSpec(JSON.parse(JSON.stringify(input)));
        if (!first.ok) throw new Error(describeMistakes(first.mistakes));
        expect(parseSpec(first.spec)).toEqual(first);
      }),
    );
  });
});

const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
const duration = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom('ms', 's', 'm'))
  .map(([n, unit]) => `${n}${unit}`);
const path = fc.webPath().map((text) => `/${text}`);
const check = fc.oneof(
  fc.record({ http: fc.record({ path, body: json }, { requiredKeys: [] }) }),
  fc.record({ tcp: fc.record({ port: fc.integer({ min: 1, max: 65_535 }), within: duration }, { requiredKeys: [] }) }),
  fc.record({ job: fc.record({ podSpec: fc.constant({ containers: [{ name: 'c', image: 'i', env: [] }] }) }) }),
);
const manifest = fc.constant({
  kind: 'Deployment' as const,
  metadata: { labels: { a: 'b' } },
  spec: { template: { spec: {} } },
});
const validSpec = fc.record(
  {
    app: label,
    service: label,
    namespace: label,
    candidate: fc.oneof(
      fc.record({ image: label, patch: fc.dictionary(label, json) }, { requiredKeys: ['image'] }),
      fc.record({ manifest, image: label }, { requiredKeys: ['manifest'] }),
    ),
    replicas: fc.integer({ min: 3, max: 100 }),
    smoke: fc
      .array(check, { maxLength: 4 })
      .map((checks) => ({ checks: checks.map((one, n) => ({ name: `check ${n}`, ...one })) })),
    soak: fc.record(
      {
        duration,
        // What is left to others is enough in any duration.
        traffic: fc.record({
          requestsPerSecond: fc.constant(0),
          requests: fc.array(fc.record({ path }), { maxLength: 3 }),
        }),
      },
      { requiredKeys: ['traffic'] },
    ),
    monitor: fc.record(
      {
        duration,
        thresholds: fc.record({ p95: fc.option(duration), p99: fc.constant(null), errorRate: fc.constant(0.5) }),
      },
      { requiredKeys: [] },
    ),
    metrics: fc.constantFrom('none' as const, {}, { errors: { pattern: '[45]..' } }),
    retention: duration,
    cutover: fc.constantFrom({}, { verify: { identity: { json: 'build.version' } } }, { minimumReady: 3 }),
  },
  { requiredKeys: ['app', 'service', 'candidate'] },
);
