/** What goes wrong with the pods of a slot, on purpose; each resolves once it is so. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Faults } from '../../../examples/api/faults.ts';
import type { Slot } from '../../../src/domain/slot.ts';
import type { ClusterRig } from '../rig.ts';

const pollMs = 200;

/** From now on the namespace gets no new pods. */
export async function refusePods(rig: ClusterRig): Promise<void> {
  await rig.kubectl('create', 'quota', 'full', '--hard=pods=0');
  await until('the quota is in force', async () => (await tryPod(rig)).includes('exceeded quota'));
}

/** Without a change of the ReplicaSets the controller would try again as much later as it has been refused for. */
export async function admitPods(rig: ClusterRig): Promise<void> {
  await rig.kubectl('delete', 'quota', 'full');
  await rig.kubectl('annotate', 'replicasets', '-l', 'app=api', 'cutover.dev/test=pods-are-admitted');
}

/** What the API server says to a pod that is not made. */
async function tryPod(rig: ClusterRig): Promise<string> {
  const flags = ['--image=myapp:v1.0', '--restart=Never', '--dry-run=server'];
  return (await rig.anyKubectl('-n', rig.namespace, 'run', 'trial', ...flags)).stderr;
}

/** A node that takes the pods of one namespace only while it has a label: as a cordon, which would be everybody's. */
export class NodeOf {
  readonly #rig: ClusterRig;
  readonly #label: string;

  private constructor(rig: ClusterRig) {
    this.#rig = rig;
    this.#label = `cutover.dev/${rig.namespace}`;
  }

  /** From now on the slot's pods, and those that are made after their pattern, need the label, which the node has. */
  static async only(rig: ClusterRig, slot: Slot): Promise<NodeOf> {
    const node = new NodeOf(rig);
    await node.admitPods();
    const template = { spec: { nodeSelector: { [node.#label]: 'yes' } } };
    await rig.kubectl('patch', 'deployment', `api-${slot}`, '-p', JSON.stringify({ spec: { template } }));
    await rig.kubectl('rollout', 'status', `deployment/api-${slot}`, '--timeout=60s');
    return node;
  }

  async admitPods(): Promise<void> {
    await this.#rig.kubectl('label', 'nodes', '--all', `${this.#label}=yes`);
  }

  async refusePods(): Promise<void> {
    await this.#rig.kubectl('label', 'nodes', '--all', `${this.#label}-`);
  }
}

export async function losePod(rig: ClusterRig, slot: Slot): Promise<void> {
  const [pod = ''] = await podsOf(rig, slot);
  await rig.kubectl('delete', pod);
}

/** Changes the faults of every pod of the slot. */
async function changeFaults(rig: ClusterRig, slot: Slot, faults: Partial<Faults>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cutover-faults-'));
  const file = join(folder, 'faults.json');
  writeFileSync(file, JSON.stringify(faults));
  try {
    for (const pod of await podsOf(rig, slot)) {
      const path = `/api/v1/namespaces/${rig.namespace}/${pod.replace('pod/', 'pods/')}:8080/proxy/faults`;
      await rig.kubectl('create', '--raw', path, '-f', file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each pod of the slot takes so much memory; one that is killed for it may not answer any more. */
export async function takeMemory(rig: ClusterRig, slot: Slot, memoryMiB: number): Promise<void> {
  await changeFaults(rig, slot, { memoryMiB }).catch(() => undefined);
}

/** None of its pods is ready any more; they need a readiness probe on /healthz. */
export async function becomeUnready(rig: ClusterRig, slot: Slot): Promise<void> {
  await changeFaults(rig, slot, { unready: true });
  await rig.kubectl('wait', '--for=condition=Ready=false', 'pod', '-l', `version=${slot}`, '--timeout=60s');
}

/** The progress of the rollback, as `cutover status` shows it, as soon as it says this. */
export async function saysOfRollback(rig: ClusterRig, words: RegExp): Promise<string> {
  let said = '';
  await until(`the rollback says ${words}`, async () => {
    const { stdout } = await rig.cutover('status', rig.id, '--json');
    const { progress } = JSON.parse(stdout) as { readonly progress: { readonly summary: string } | null };
    said = progress?.summary ?? '';
    return words.test(said);
  });
  return said;
}

async function podsOf(rig: ClusterRig, slot: Slot): Promise<string[]> {
  const names = await rig.kubectl('get', 'pods', '-l', `version=${slot}`, '-o', 'name');
  return names.split('\n').filter((name) => name !== '');
}

async function until(what: string, holds: () => Promise<boolean>, timeoutMs = 50_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in ${timeoutMs} ms: ${what}`);
    await delay(pollMs);
  }
}
