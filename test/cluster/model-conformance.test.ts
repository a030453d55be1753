/** The model of the cluster, on which the simulation runs, against the real API server: the same is done to both. */
import { randomUUID } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import '../setup/provided.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes/cluster.ts';
import { applies } from '../simulation/model/conformance/applies.ts';
import { jobs } from '../simulation/model/conformance/jobs.ts';
import { rollouts } from '../simulation/model/conformance/rollouts.ts';
import { Side, type Script } from '../simulation/model/conformance/side.ts';
import { traffic } from '../simulation/model/conformance/traffic.ts';
import { writes } from '../simulation/model/conformance/writes.ts';
import { ClusterModel } from '../simulation/model/cluster-model.ts';
import { Knowledge } from '../simulation/model/knowledge.ts';
import { healthy, type Lifecycle } from '../simulation/model/pods/lifecycle.ts';
import { Random } from '../simulation/random.ts';

let cluster: Cluster;

beforeAll(() => {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('sandbox').kubeconfig);
  cluster = connectCluster(kubeConfig);
});

afterAll(() => {
  cluster.close();
});

/** What the images of the scripts do, where the model cannot read it from their commands. */
const images: Readonly<Record<string, Lifecycle>> = {
  'nowhere:v1': { ...healthy, isThere: false },
  'busybox:crash': { ...healthy, readyMs: null, crashAfterMs: 200, log: 'no database' },
  'busybox:unready': { ...healthy, readyMs: null },
  'busybox:good': { ...healthy, log: 'all is well' },
  'busybox:bad': { ...healthy, job: { runMs: 1_000, exitCode: 1 } },
  'busybox:long': { ...healthy, job: null },
};

/** Beside a real API server the model's time is real too. */
const clock = {
  get now() {
    return Date.now();
  },
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

async function onRealServer(script: Script): Promise<unknown> {
  const namespace = `model-${randomUUID().slice(0, 8)}`;
  await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
  try {
    return await script(new Side(cluster, namespace));
  } finally {
    await cluster.core.deleteNamespace({ name: namespace });
  }
}

async function onModel(script: Script): Promise<unknown> {
  const [app, service] = ['api', 'api-service'];
  const nothing = { faults: [], usersPerSecond: 0, onEffect: () => undefined };
  const model = new ClusterModel({ clock, random: new Random(7), app, service, ...nothing });
  for (const [image, lifecycle] of Object.entries(images)) model.workload.lifecycles.set(image, lifecycle);
  model.store.compact();
  const caller = {
    id: 'test',
    dead: false,
    knowledge: new Knowledge(app, service),
    lateMs: () => 0,
    sends: () => undefined,
  };
  return script(new Side(model.clusterOf(caller), 'default'));
}

describe.each(Object.entries({ writes, applies, rollouts, traffic, jobs }))('%s', (_group, scripts) => {
  it.concurrent.each(Object.entries(scripts))('%s', async (_name, script) => {
    const [real, model] = await Promise.all([onRealServer(script), onModel(script)]);
    expect(model).toEqual(real);
  });
});
