/** What is found before anything is changed, and the first deployment of an app. */
import { afterEach, describe, expect, it } from 'vitest';
import { unwatched } from './expected.ts';
import { ClusterRig, seedManifests } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

describe('what preflight refuses', () => {
  it('is reported all at once, and nothing is changed', async () => {
    rig = await ClusterRig.withSeed(1);
    const before = await rig.kubectl('get', 'all', '-o', 'name');
    const spec = rig.spec({ candidate: { image: 'myapp:v2.0', container: 'nobody' }, service: 'no-such-service' });
    const result = await rig.cutover('deploy', '-f', spec, '--wait', 'finished');
    expect(result.code).toBe(1);
    expect((await rig.state()).outcome).toBe('refused');
    expect((await rig.cutover('report', rig.id, '--html', '-')).stdout).toContain(`${rig.id} → myapp:v2.0`);
    expect((await rig.state()).failure?.message).toContain('no-such-service');
    expect(await rig.kubectl('get', 'all', '-o', 'name')).toBe(before);
  });

  it('is told before a deployment as well, with the API server’s own words, and nothing is changed', async () => {
    rig = await ClusterRig.withSeed(1);
    const before = await rig.kubectl('get', 'all', '-o', 'name');
    const patch = {
      spec: {
        template: { spec: { containers: [{ name: 'api', image: 'myapp:v2.0', ports: [{ containerPort: 0 }] }] } },
      },
    };
    const spec = rig.spec({ candidate: { image: 'myapp:v2.0', patch }, logs: { container: 'nobody' } });
    await rig.grant(spec);
    const { code, stderr } = await rig.cutover('validate', '--connect', '-f', spec);
    expect(code).toBe(2);
    expect(stderr).toMatch(/candidate\.patch: the API server would refuse the Deployment "api-green": .*containerPort/);
    expect(stderr).toMatch(/logs\.container: is "nobody", but the candidate's pods have api: name one that both/);
    const nowhere = rig.spec({ service: 'no-such-service' });
    await rig.grant(nowhere);
    const elsewhere = await rig.cutover('validate', '--connect', '-f', nowhere);
    expect(elsewhere.stderr).toMatch(/service: there is no Service "no-such-service" in namespace/);
    expect(await rig.kubectl('get', 'all', '-o', 'name')).toBe(before);
  });

  it.each([
    [
      { spec: { replicaz: 2 } },
      /^\S+: candidate\.patch: the API server would refuse .*: \.spec\.replicaz: field not declared/,
    ],
    [
      { spec: { template: { spec: { containers: { api: {} } } } } },
      /^\S+: candidate\.patch: .*containers: expected list/,
    ],
    [{ spec: { template: null } }, /^\S+: candidate\.patch: leaves no object at spec\.template/],
  ])('is a patch that makes no Deployment: %j', async (patch, words) => {
    rig = await ClusterRig.withSeed(1);
    // So that the candidate's name is taken.
    await rig.apply(seedManifests(1, 'myapp:v0.9', ['api-green']));
    const file = rig.spec({ candidate: { image: 'myapp:v2.0', patch } });
    await rig.grant(file);
    const { code, stderr } = await rig.cutover('validate', '--connect', '-f', file);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('-preflight');
    await rig.cutoverEnds(1, 'deploy', '-f', file, '--delete-unmanaged', '--wait', 'finished');
    expect(await rig.state()).toMatchObject({ outcome: 'refused' });
  });

  it("is another's Deployment in the other slot, which --delete-unmanaged deletes", async () => {
    rig = await ClusterRig.withSeed(1);
    await rig.apply(seedManifests(1, 'myapp:v0.9', ['api-green']));
    const file = rig.spec({ ...unwatched, soak: { duration: '0s' }, retention: '1s' });
    await rig.cutoverEnds(1, 'deploy', '-f', file, '--wait', 'finished');
    expect((await rig.state()).failure?.message).toMatch(
      /^the Deployment "api-green" stands in the candidate's slot, and cutover has not made it \(myapp:v0\.9, .* --delete-unmanaged/,
    );
    const imageOf = ['get', 'deployment', 'api-green', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'];
    expect(await rig.kubectl(...imageOf)).toBe('myapp:v0.9');
    await rig.cutoverEnds(0, 'deploy', '-f', file, '--delete-unmanaged', '--wait', 'finished');
    expect(await rig.kubectl(...imageOf)).toBe('myapp:v2.0');
    expect(await rig.liveSlot()).toBe('green');
  });

  it('is a quota that is too small for two environments', async () => {
    rig = await ClusterRig.withSeed(2);
    await rig.kubectl('create', 'quota', 'small', '--hard=pods=3');
    const result = await rig.cutover('deploy', '-f', rig.spec(), '--wait', 'finished');
    expect(result.code).toBe(1);
    expect((await rig.state()).failure?.message).toContain('small');
  });
});

describe('the first deployment of an app', () => {
  it('becomes blue, and the Service selects it once it is good', async () => {
    rig = await ClusterRig.empty();
    const labels = { app: 'api', version: 'blue' };
    await rig.apply([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'api-service' },
        spec: { selector: labels, ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }] },
      },
    ]);
    const containers = [{ name: 'api', image: 'myapp:v1.0' }];
    const manifest = {
      kind: 'Deployment' as const,
      apiVersion: 'apps/v1',
      spec: { template: { spec: { containers } } },
    };
    const spec = rig.spec({ candidate: { manifest }, replicas: 2, ...unwatched });
    await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'finished');
    const state = await rig.state();
    expect(state).toMatchObject({ outcome: 'finished', stable: null, traffic: { slot: 'blue' } });
    expect(await rig.liveSlot()).toBe('blue');
  });
});
