import * as http from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSmoke } from '../../src/activities/smoke.ts';
import type { SmokeEvidence } from '../../src/domain/evidence.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

type Checks = NonNullable<NonNullable<SpecInput['smoke']>['checks']>;

async function smoke(rig: SlotsRig, checks: Checks, attempt = new RigAttempt()): Promise<SmokeEvidence> {
  return createSmoke(rig.dependencies)(rig.target({ smoke: { checks } }), attempt);
}

const candidate = { green: { version: 'v2.0', pods: 1 } };
const shown = ({ checks }: SmokeEvidence): unknown[] =>
  checks.map(({ name, passed, detail }) => [name, passed, detail]);

describe('smoke checks', () => {
  it('pass where every answer is as expected', async () => {
    const rig = await SlotsRig.of(candidate);
    const evidence = await smoke(rig, [
      { name: 'health', http: { path: '/healthz', expect: { json: { status: 'ok' } } } },
      { name: 'missing', http: { path: '/nowhere', expect: { status: [404, 410] } } },
      { name: 'port', tcp: {} },
    ]);
    expect(evidence.verdict).toBe('pass');
    expect(evidence.checks.map(({ name, kind, passed }) => [name, kind, passed])).toEqual([
      ['health', 'http', true],
      ['missing', 'http', true],
      ['port', 'tcp', true],
    ]);
  });

  it('all run, in the order of the spec, and each says what is wrong', async () => {
    const rig = await SlotsRig.of(candidate);
    const evidence = await smoke(rig, [
      { name: 'status', http: { path: '/nowhere' } },
      { name: 'json', http: { path: '/healthz', expect: { json: { status: 'better' } } } },
      { name: 'text', http: { path: '/healthz', expect: { text: 'wonderful' } } },
      { name: 'good', http: { path: '/healthz' } },
      { name: 'closed', tcp: { port: 1, within: '300ms' } },
    ]);
    expect(evidence.verdict).toBe('fail');
    expect(shown(evidence)).toEqual([
      ['status', false, expect.stringMatching(/^answered 404 instead of 200: /)],
      ['json', false, expect.stringMatching(/^the JSON does not contain \{"status":"better"\}: /)],
      ['text', false, expect.stringMatching(/^the answer does not contain "wonderful": /)],
      ['good', true, expect.stringMatching(/^200 in \d+ ms$/)],
      ['closed', false, 'TCP to pod api-green-0:1: connection refused'],
    ]);
  });

  it('tell a slow answer from none', async () => {
    const rig = await SlotsRig.of({});
    const server = http.createServer((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end(), 150);
    });
    await rig.addPod('green', server);
    const evidence = await smoke(rig, [
      { name: 'slow', http: { path: '/slow', expect: { within: '100ms' } } },
      { name: 'none', http: { path: '/none', expect: { within: '100ms' } } },
    ]);
    expect(shown(evidence)).toEqual([
      ['slow', false, expect.stringMatching(/^took [123]\d\d ms, longer than 100ms \(trace [0-9a-f]{32}\)$/)],
      [
        'none',
        false,
        expect.stringMatching(/^GET \/none of service api-green:80: no answer within 100ms \(trace [0-9a-f]{32}\)$/),
      ],
    ]);
  });

  it('name the trace of a request that failed, however long the rest is, and none of one that passed', async () => {
    const rig = await SlotsRig.of({});
    const sent: unknown[] = [];
    const server = http.createServer((request, response) => {
      sent.push(request.headers['traceparent']);
      response.writeHead(request.url === '/good' ? 200 : 500).end('ü'.repeat(1_000));
    });
    await rig.addPod('green', server);
    const expected = { text: '€'.repeat(300), status: 500 };
    const evidence = await smoke(rig, [
      { name: 'good', http: { path: '/good' } },
      { name: 'bad', http: { path: '/bad', expect: expected } },
      { name: 'own', http: { path: '/bad', headers: { traceparent: 'of the spec' } } },
    ]);
    const [good, bad, own] = evidence.checks.map(({ detail }) => detail);
    expect(good).not.toContain('trace');
    expect(own).not.toContain('(trace');
    const [, id] = /…? \(trace ([0-9a-f]{32})\)$/.exec(bad ?? '') ?? [];
    expect(sent).toContainEqual(expect.stringMatching(`^00-${id}-`));
    expect(sent).toContain('of the spec');
  });

  it('are not run again by a repeated attempt when they have a result', async () => {
    const rig = await SlotsRig.of(candidate);
    const first = new RigAttempt();
    const checks = [{ name: 'health', http: { path: '/healthz' } }];
    const before = await smoke(rig, checks, first);
    const again = await smoke(rig, [...checks, { name: 'more', http: { path: '/healthz' } }], new RigAttempt(first));
    expect(again.checks[0]).toEqual(before.checks[0]);
    expect(rig.pods[0]?.requests).toBe(2);
  });
});
