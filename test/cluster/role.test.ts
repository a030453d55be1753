/** The worker's Role: nothing outside of it is asked for, and every right in it is. */
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { readSpecFile } from '../../src/client/index.ts';
import { neededRules, type Rule } from '../../src/domain/permissions.ts';
import { asPolicy, roleOf, type Role } from '../../src/domain/role.ts';
import type { Spec, SpecInput } from '../../src/domain/spec.ts';
import { connectByPortForward } from '../../src/kubernetes/access/port-forward.ts';
import { apply } from '../../src/kubernetes/apply.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes/cluster.ts';
import { waitForEndpoints } from '../../src/kubernetes/endpoints.ts';
import { checkPermissions } from '../../src/kubernetes/preflight/permissions.ts';
import { outsideOfRole, type Asked } from './audit.ts';
import { at, image, unwatched } from './expected.ts';
import { ClusterRig, quickSpec } from './rig.ts';

const rigs: ClusterRig[] = [];
/** Whose Role lacked what was asked for, on purpose. */
const withoutRights = new Set<ClusterRig>();
afterEach(async ({ task }) => {
  for (const rig of rigs.splice(0)) await rig.remove(task.name, { roleWasKnown: !withoutRights.has(rig) });
});

const quick = { ...unwatched, drain: '0s', soak: { ...quickSpec.soak, duration: '1s', minimumRequests: 1 } };

/** Checks of every kind: what is through the Service, to a pod, over TCP, and a Job. */
const everyCheck: SpecInput['smoke'] = {
  checks: [
    { name: 'service', http: { path: '/healthz' } },
    { name: 'pod', http: { path: '/healthz', port: 8080 } },
    { name: 'port', tcp: {} },
    { name: 'job', job: { podSpec: { containers: [{ name: 'true', image: 'busybox:1', command: ['true'] }] } } },
  ],
};

async function specOf(rig: ClusterRig, changes: Partial<SpecInput>): Promise<Spec> {
  const read = await readSpecFile(rig.spec(changes));
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  return read.spec;
}

async function seeded(): Promise<ClusterRig> {
  const rig = await ClusterRig.withSeed(1);
  rigs.push(rig);
  return rig;
}

/** Forward and scaled to zero; forward over what was left and rolled back; a candidate that crashes. */
async function everyStep(rig: ClusterRig, changes: Partial<SpecInput>): Promise<void> {
  const deploy = (more: Partial<SpecInput>, ...args: string[]) =>
    rig.cutover('deploy', '-f', rig.spec({ ...quick, ...changes, ...more }), ...args);
  const forward = await deploy({ retention: '1s', teardown: 'scale-to-zero' }, '--wait', 'finished');
  expect(forward).toMatchObject({ code: 0 });
  expect(await deploy(image('v2.1'), '--wait', 'promoted')).toMatchObject({ code: 0 });
  expect(await rig.cutover('rollback', rig.id, '--reason', 'drill')).toMatchObject({ code: 0 });
  await rig.when((state) => state.outcome === 'rolled-back');
  const crash = { ...image('v2.0-crash'), timeouts: { deploy: '7s' } };
  expect(await deploy(crash, '--wait', 'finished')).toMatchObject({ code: 3 });
}

function isFor({ group, resource, names }: Rule, verb: string, asked: Asked): boolean {
  const named = names === undefined || (asked.name !== null && names.includes(asked.name));
  return asked.group === group && asked.resource === resource && asked.verb === verb && named;
}

/** Tried out by themselves below: what is not on record, and what is only asked for where the first look was too early. */
const triedOut = ['pods/portforward create', 'endpointslices watch'];

function unasked(spec: Spec, asked: readonly Asked[]): string[] {
  return neededRules(spec).flatMap((rule) =>
    rule.verbs
      .filter((verb) => !triedOut.includes(`${rule.resource} ${verb}`))
      .filter((verb) => !asked.some((one) => isFor(rule, verb, one)))
      .map((verb) => rightOf(rule, verb)),
  );
}

function rightOf(rule: Rule, verb: string): string {
  return JSON.stringify(asPolicy({ ...rule, verbs: [verb] }));
}

describe('the manifests of deploy/', () => {
  it('are taken by the API server, and give their service account what they say and no more', async () => {
    const rig = await ClusterRig.empty();
    rigs.push(rig);
    const account = 'system:serviceaccount:cutover:cutover-worker';
    const can = async (...what: string[]): Promise<string> =>
      (await rig.anyKubectl('auth', 'can-i', ...what, '--as', account)).stdout.trim();
    try {
      for (const file of ['deploy/worker.yaml', 'deploy/role.yaml']) {
        expect(await rig.anyKubectl('apply', '-f', file)).toMatchObject({ code: 0 });
      }
      await expect.poll(() => can('patch', 'services/api-service', '-n', 'default')).toBe('yes');
      expect(await can('patch', 'services/other', '-n', 'default')).toBe('no');
      expect(await can('get', 'secrets/api-smoke', '-n', 'default')).toBe('yes');
      expect(await can('list', 'secrets', '-n', 'default')).toBe('no');
      expect(await can('list', 'pods', '-n', rig.namespace)).toBe('no');
    } finally {
      for (const file of ['deploy/worker.yaml', 'deploy/role.yaml']) {
        await rig.anyKubectl('delete', '-f', file, '--wait=false');
      }
    }
  });
});

describe('over every kind of activity', () => {
  it('nothing outside of the Role is asked for, and all of it is, through the proxy and directly', async () => {
    const ways = [
      { access: 'proxy', smoke: everyCheck },
      { access: 'direct', smoke: { checks: everyCheck?.checks?.slice(0, 3) ?? [] } },
    ] as const;
    const done = await Promise.all(
      ways.map(async (way) => {
        const rig = await seeded();
        await everyStep(rig, way);
        return { rig, spec: await specOf(rig, { ...quick, ...way }) };
      }),
    );
    for (const { rig, spec } of done) {
      // A watch is on record when it ends.
      await expect.poll(() => unasked(spec, rig.asked()), { timeout: 5_000, interval: 200 }).toEqual([]);
      expect(outsideOfRole(rig.asked())).toEqual([]);
    }
  });
});

describe('without any one right of the Role', () => {
  let admin: Cluster;
  let worker: Cluster;
  beforeAll(() => {
    const { kubeconfig, deployerKubeconfig } = inject('sandbox');
    [admin, worker] = [kubeconfig, deployerKubeconfig].map((file) => {
      const config = new KubeConfig();
      config.loadFromFile(file);
      return connectCluster(config);
    }) as [Cluster, Cluster];
    return () => {
      admin.close();
      worker.close();
    };
  });

  async function replaceRole(role: Role): Promise<void> {
    const { name, namespace } = role.metadata;
    await admin.api.json({
      method: 'PUT',
      path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/${name}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(role),
    });
  }

  it('preflight names exactly that right, of each object', async () => {
    const rig = await ClusterRig.empty();
    rigs.push(rig);
    const file = rig.spec({ smoke: everyCheck });
    await rig.grant(file);
    const spec = await specOf(rig, { smoke: everyCheck });
    const found = async () => {
      const { problems, notices } = await checkPermissions(worker, spec);
      return [...problems, ...notices].join('\n');
    };
    await expect.poll(found).toBe('');
    for (const [index, rule] of neededRules(spec).entries()) {
      for (const verb of rule.verbs) {
        for (const name of rule.names ?? [undefined]) {
          await replaceRole(without(roleOf(spec), index, verb, name));
          const right = rightOf(name === undefined ? rule : { ...rule, names: [name] }, verb);
          await expect.poll(found, { interval: 10 }).toContain(right);
          expect((await found()).match(/"apiGroups"/g)).toHaveLength(1);
        }
      }
    }
  });

  it('an apply cannot create, no port is forwarded, and no Service followed, which the record does not show', async () => {
    const rig = await seeded();
    const file = rig.spec({ smoke: everyCheck });
    const role = roleOf(await specOf(rig, { smoke: everyCheck }));
    const { namespace } = rig;
    const podName = await rig.kubectl('get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}');
    const ports = [{ port: 80 }];
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api-green' }, spec: { ports } };
    const forwarded = { kind: 'pod', namespace, name: podName, ip: '', port: 8080 } as const;
    await rig.apply([foreignEndpoints]);
    withoutRights.add(rig);
    const uses = [
      {
        resource: 'services',
        verb: 'create',
        use: () => apply(worker, `/api/v1/namespaces/${namespace}/services/api-green`, service, { dryRun: true }),
      },
      {
        resource: 'pods/portforward',
        verb: 'create',
        use: () => connectByPortForward(worker.kubeConfig, forwarded, { timeoutMs: 5_000 }),
      },
      { resource: 'endpointslices', verb: 'watch', use: () => followService(worker, namespace) },
    ];
    for (const { resource, verb, use } of uses) {
      const denied = () => use().then(() => 'allowed', String);
      await rig.grant(file);
      await expect.poll(denied).toBe('allowed');
      const index = role.rules.findIndex(
        ({ resources, verbs }) => resources.includes(resource) && verbs.includes(verb),
      );
      await replaceRole(without(role, index, verb));
      await expect.poll(denied).toMatch(/may not create|403|forbidden/i);
    }
  });

  it('a deployment is refused with exit code 1 and the rule to add, and nothing is changed', async () => {
    const rig = await seeded();
    const file = rig.spec();
    await rig.grant(file);
    const role = roleOf(await specOf(rig, {}));
    const index = role.rules.findIndex(({ resources }) => resources.includes('endpointslices'));
    await replaceRole(without(role, index, 'watch'));
    const refused = await rig.deployAsGranted(file, '--wait', 'finished');
    expect(refused.code).toBe(1);
    expect((await rig.state()).failure?.message).toContain(
      '{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["watch"]}',
    );
    expect(await rig.liveSlot()).toBe('blue');
    expect(rig.asked().filter(({ verb }) => !/^(get|list|watch)$/.test(verb))).toEqual([]);
    await rig.grant(file);
    await rig.deployAsGranted(rig.spec({ ...quick, approval: { required: true } }));
    await rig.when(at('approval'));
  });
});

/** Nobody's, so that the Service never holds the pods of its slot alone. */
const foreignEndpoints = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'api-service-foreign', labels: { 'kubernetes.io/service-name': 'api-service' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['192.0.2.1'] }],
  ports: [{ port: 8080 }],
};

/** Rejects where the wait for the Service's endpoints says that something is forbidden. */
async function followService(worker: Cluster, namespace: string): Promise<void> {
  const slot = { namespace, app: 'api', slot: 'blue' } as const;
  const wait = { timeoutMs: 500, signal: new AbortController().signal };
  const waited = await waitForEndpoints(worker, { namespace, service: 'api-service' }, slot, wait);
  if (waited.exact) throw new Error('the endpoints of nobody are not there yet');
  if (waited.difference.includes('may not watch')) throw new Error(waited.difference);
}

/** The Role without one verb of a rule, on one of its names where it has names. */
function without(role: Role, index: number, verb: string, name?: string): Role {
  const rules = role.rules.flatMap((rule, place) => {
    if (place !== index) return [rule];
    const others = { ...rule, verbs: rule.verbs.filter((one) => one !== verb) };
    if (name === undefined || rule.resourceNames === undefined) return [others];
    return [others, { ...rule, verbs: [verb], resourceNames: rule.resourceNames.filter((one) => one !== name) }];
  });
  return { ...role, rules: rules.filter(isComplete) };
}

/** Without verbs a rule says nothing; without names it would be about every object. */
function isComplete({ verbs, resourceNames }: Role['rules'][number]): boolean {
  return verbs.length > 0 && resourceNames?.length !== 0;
}
