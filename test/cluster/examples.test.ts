/** What examples/ has for newcomers, deployed as it is printed: only the namespace is another, and the times are shorter. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { SpecInput } from '../../src/domain/spec.ts';
import type { DeploymentState } from '../../src/domain/state.ts';
import { ClusterRig } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

const example = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), 'utf8');

const manifests = (name: string): unknown[] => parseAllDocuments(example(name)).map((document) => document.toJS());

interface Shorter {
  readonly soak: string;
  readonly monitor: string;
  /** Of the monitor. */
  readonly extension?: string;
}

/** There are no users, for whom the monitor would wait. */
const withoutUsers: Shorter = { soak: '12s', monitor: '5s', extension: '0s' };

/** The spec of an example, in a file that `cutover deploy -f` reads. */
function specOf(name: string, { soak, monitor, ...extension }: Shorter, changed: Partial<SpecInput> = {}): string {
  const spec = parse(example(name)) as SpecInput;
  const times = {
    soak: { ...spec.soak, duration: soak },
    monitor: { ...spec.monitor, duration: monitor, ...extension },
  };
  return rig.spec({ ...unset, ...spec, ...times, namespace: rig.namespace, ...changed });
}

/** What the specs of other tests have of their own, back at its default. */
const unset: Partial<SpecInput> = { warmUp: {}, smoke: {}, cutover: {}, retention: '24h', drain: '1m', timeouts: {} };

async function deployed(
  file: string,
  ...options: string[]
): Promise<{ code: number; state: DeploymentState; told: string }> {
  const { code, stdout, stderr } = await rig.cutover('deploy', '-f', file, ...options, '--wait', 'promoted', '--json');
  return { code, state: (JSON.parse(stdout) as { state: DeploymentState }).state, told: stderr };
}

const version = (): Promise<string> =>
  rig.kubectl('get', 'service', 'shop-service', '-o', 'jsonpath={.spec.selector.version}');

describe('the first deployment of an app', () => {
  it('succeeds without users, and says that nobody could be watched', async () => {
    rig = await ClusterRig.empty();
    await rig.apply(manifests('shop-service.yaml'));
    const { code, state } = await deployed(specOf('deploy-first.yaml', withoutUsers));
    expect(code).toBe(0);
    expect(state).toMatchObject({
      outcome: 'finished',
      evidence: { soak: { verdict: 'pass' }, monitor: { verdict: 'insufficient-data' } },
    });
    expect(await version()).toBe('blue');
  });

  it('leaves no slot live where it fails, and says so', async () => {
    rig = await ClusterRig.empty();
    await rig.apply(manifests('shop-service.yaml'));
    const monitor = { duration: '5s', extension: '0s', onInsufficientData: 'rollback' } as const;
    const failing = specOf('deploy-first.yaml', withoutUsers, { monitor });
    const { code, state } = await deployed(failing);
    expect(code).toBe(3);
    expect(await version()).toBe('none');
    const words = (await rig.cutover('report', `${rig.namespace}/shop`)).stdout;
    expect(words).toContain('rolled back: no slot is live, as before');
    expect(words).not.toContain('stable serves');
    expect(state.switches.at(-1)?.verification).toContain('the Service "shop-service" selects version none');

    const early = specOf('deploy-first.yaml', withoutUsers, { smoke: { checks: [missing] } });
    const second = await deployed(early);
    expect(second.code).toBe(3);
    expect(second.state.steps.find(({ name }) => name === 'rollback')?.detail).toBe(
      'no slot is live, as before the deployment',
    );
    expect(second.told).not.toContain('stable');
  });
});

const missing = { name: 'missing', http: { path: '/missing' } };

describe('the deployment of the seed', () => {
  it('succeeds with users, instead of the api-green that is there', async () => {
    rig = await ClusterRig.empty();
    await rig.apply(manifests('blue-green.yaml'));
    await rig.kubectl('rollout', 'status', 'deployment/api-blue', '--timeout=120s');
    const load = await rig.load(20);
    const file = specOf('deploy.yaml', { soak: '12s', monitor: '12s' });
    const promoted = deployed(file, '--delete-unmanaged');
    const { phase } = await rig.when((state) => state.phase === 'approval' || state.outcome !== 'running', 110_000);
    expect(phase).toBe('approval');
    await rig.cutoverEnds(0, 'approve', rig.id);
    expect(await promoted).toMatchObject({ code: 0, state: { phase: 'retention' } });
    expect(await rig.liveSlot()).toBe('green');
    expect((await load.stop()).requestsFailed).toBe(0);
  }, 180_000);
});
