/** The resource metrics API of the sandbox, and memory limits: what the evidence of CPU and memory is tested on. */
import { afterEach, describe, expect, it } from 'vitest';
import { takeMemory } from './faults/slot-troubles.ts';
import { ClusterRig } from './rig.ts';

const rigs: ClusterRig[] = [];
afterEach(async ({ task }) => {
  for (const rig of rigs.splice(0)) await rig.remove(task.name);
});

interface Usage {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly containers: readonly { readonly name: string; readonly usage: { readonly memory: string } }[];
  }[];
}

async function memoryOf(rig: ClusterRig, selector: string): Promise<number[]> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${rig.namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const { items } = JSON.parse(await rig.kubectl('get', '--raw', path)) as Usage;
  return items.map(({ containers }) => Number.parseInt(containers[0]?.usage.memory ?? '', 10) / 1024);
}

describe('the resource metrics API', () => {
  it('tells what the processes of the selected pods use', async () => {
    const rig = await ClusterRig.withSeed(2);
    rigs.push(rig);
    await expect.poll(() => memoryOf(rig, 'app=api,version=blue'), { timeout: 20_000 }).toHaveLength(2);
    expect(await memoryOf(rig, 'app=api,version=green')).toEqual([]);
    const [first = 0] = await memoryOf(rig, 'version=blue');
    await takeMemory(rig, 'blue', 200);
    await expect
      .poll(async () => Math.max(...(await memoryOf(rig, 'version=blue'))), { timeout: 20_000 })
      .toBeGreaterThan(first + 150);
    expect(await rig.kubectl('top', 'pods')).toMatch(/api-blue-\S+ +\d+m +\d+Mi/);
  });
});

describe('a container that takes more memory than its limit', () => {
  it('is killed for it, and started again', async () => {
    const rig = await ClusterRig.withSeed(1);
    rigs.push(rig);
    await rig.kubectl('scale', 'deployment/api-blue', '--replicas=0');
    await rig.kubectl('wait', '--for=delete', 'pod', '-l', 'version=blue', '--timeout=60s');
    const containers = [{ name: 'api', resources: { limits: { memory: '150Mi' } } }];
    const limited = { spec: { replicas: 1, template: { spec: { containers } } } };
    await rig.kubectl('patch', 'deployment', 'api-blue', '--patch', JSON.stringify(limited));
    await rig.kubectl('rollout', 'status', 'deployment/api-blue', '--timeout=60s');
    await takeMemory(rig, 'blue', 200);
    const lastEnd = '{.items[*].status.containerStatuses[0].lastState.terminated.reason}';
    await expect
      .poll(() => rig.kubectl('get', 'pods', '-l', 'version=blue', '-o', `jsonpath=${lastEnd}`), { timeout: 20_000 })
      .toBe('OOMKilled');
  });
});
