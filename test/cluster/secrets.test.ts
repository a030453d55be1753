/** Values of Secrets: canaries that may be on the wire and in a pod, and nowhere else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { image, unwatched } from './expected.ts';
import { ClusterRig, type CommandResult } from './rig.ts';

const canaries = { header: 'canary-header-7f3a91', environment: 'canary-environment-c05e22' };

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

/** Serves those alone who know the token, and answers with all that it was sent. */
const echo = `
  const { createServer } = require('node:http');
  createServer((request, response) => {
    response.statusCode = request.headers['x-caller'] === process.env.TOKEN ? 200 : 401;
    response.end(JSON.stringify({ sent: request.headers, raw: request.rawHeaders.join(' ') }));
  }).listen(8080, process.env.HOST);
`;

/** Tells all that it knows, and dies. */
const gossip = `
  console.log('connecting to postgres://app:' + process.env.DB_PASSWORD + '@db:5432/shop');
  console.log('config is ' + JSON.stringify({ dbPassword: process.env.DB_PASSWORD, authorization: 'Bearer ' + process.env.TOKEN }));
  process.exit(1);
`;

const from = (name: string, key: string) => ({ valueFrom: { secretKeyRef: { name, key } } });

function candidate(script: string): SpecInput['candidate'] {
  const env = [
    { name: 'TOKEN', ...from('smoke', 'token') },
    { name: 'DB_PASSWORD', ...from('database', 'password') },
  ];
  const container = {
    name: 'api',
    image: 'node:20',
    command: ['node', '-e', script],
    env,
    ports: [{ containerPort: 8080 }],
  };
  return {
    manifest: { kind: 'Deployment', apiVersion: 'apps/v1', spec: { template: { spec: { containers: [container] } } } },
  };
}

const headers = { 'x-caller': { secretKeyRef: { name: 'smoke', key: 'token' } } };

const base: Partial<SpecInput> = {
  ...unwatched,
  metrics: 'none',
  drain: '0s',
  warmUp: { required: true, requests: [{ path: '/warm', headers, count: 2 }] },
  soak: {
    duration: '1s',
    extension: '0s',
    interval: '500ms',
    traffic: { requests: [{ path: '/soak', headers }] },
    onInsufficientData: 'continue',
  },
  cutover: { verify: { path: '/', connections: 1 } },
};

function checks(text: string): SpecInput['smoke'] {
  return { checks: [{ name: 'knows the token', http: { path: '/check', headers, expect: { text } } }] };
}

/** A text, and whatever it holds in Base64: the payloads of a history are written so. */
function decoded(text: string): string {
  const payloads = text.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? [];
  return [text, ...payloads.map((payload) => Buffer.from(payload, 'base64').toString('utf8'))].join('\n');
}

/** Everything that is kept or shown of the latest deployment, and what the worker has logged. */
async function everywhere(said: CommandResult): Promise<string> {
  const workflow = ['--workflow-id', rig.id, '--output', 'json'];
  const shown = await Promise.all([
    rig.temporal('workflow', 'show', ...workflow),
    rig.temporal('workflow', 'describe', ...workflow),
    rig.temporal('workflow', 'query', ...workflow, '--type', 'state'),
    rig.cutover('status', rig.id, '--json'),
    rig.cutover('status', rig.id),
    rig.cutover('list', '--json'),
    rig.kubectl('get', 'events,services,deployments,jobs', '-o', 'yaml'),
  ]);
  const log = readFileSync(join(inject('sandbox').runDirectory, 'worker.log'), 'utf8');
  return decoded(JSON.stringify([said, ...shown])) + log;
}

/** What Temporal keeps of running activities, from their heartbeats, until `deployment` ends. */
async function heartbeatsDuring(deployment: Promise<unknown>): Promise<string> {
  let seen = '';
  const end = new AbortController();
  void deployment.finally(() => end.abort());
  while (!end.signal.aborted) {
    const { stdout } = await rig.temporal('workflow', 'describe', '--workflow-id', rig.id, '--output', 'json');
    seen += decoded(stdout);
  }
  return seen;
}

function expectNoCanary(text: string): void {
  for (const canary of Object.values(canaries)) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain(Buffer.from(canary).toString('base64'));
  }
}

describe('the values of Secrets are nowhere but on the wire', () => {
  it('when requests have them, when answers send them back, and when a candidate dies saying them', async () => {
    rig = await ClusterRig.withSeed(1);
    await rig.kubectl('create', 'secret', 'generic', 'smoke', `--from-literal=token=${canaries.header}`);
    await rig.kubectl('create', 'secret', 'generic', 'database', `--from-literal=password=${canaries.environment}`);
    const deploy = (changes: Partial<SpecInput>) =>
      rig.cutover('deploy', '-f', rig.spec({ ...base, ...changes }), '--wait', 'finished');

    const disappointing = deploy({ candidate: candidate(echo), smoke: checks('nothing of the kind') });
    expectNoCanary(await heartbeatsDuring(disappointing));
    expect(await disappointing).toMatchObject({ code: 3 });
    const failed = await rig.state();
    // The request was let in by its token, which the answer then gave back.
    expect(failed.evidence.warmUp).toMatchObject({ requestsFailed: 0 });
    expect(failed.failure).toMatchObject({
      name: 'SmokeFailed',
      message: expect.stringContaining('[secret]') as string,
    });
    expectNoCanary(await everywhere(await disappointing));

    const crashing = deploy({ candidate: candidate(gossip), timeouts: { deploy: '7s' } });
    const heartbeats = await heartbeatsDuring(crashing);
    expect(heartbeats).toContain('"heartbeatDetails"');
    expectNoCanary(heartbeats);
    expect(await crashing).toMatchObject({ code: 3 });
    expect((await rig.state()).failure?.message).toContain('postgres://[masked]@db:5432/shop');
    expectNoCanary(await everywhere(await crashing));

    const good = deploy({ candidate: candidate(echo), smoke: checks('x-caller'), retention: '0s' });
    expectNoCanary(await heartbeatsDuring(good));
    expect(await good).toMatchObject({ code: 0 });
    expectNoCanary(await everywhere(await good));
    const secrets = rig.asked().filter(({ resource }) => resource === 'secrets');
    expect(new Set(secrets.map(({ verb, name }) => `${verb} ${name}`))).toEqual(new Set(['get smoke']));
  });

  it('so a spec that refers to one that is not there is refused by the name of it', async () => {
    rig = await ClusterRig.withSeed(1);
    const spec = rig.spec({ ...base, ...image('v2.0') });
    expect(await rig.cutover('deploy', '-f', spec, '--wait', 'finished')).toMatchObject({ code: 1 });
    expect((await rig.state()).failure).toMatchObject({
      name: 'Refused',
      message: 'there is no Secret "smoke", which a header of the spec refers to: create it',
    });
  });
});
