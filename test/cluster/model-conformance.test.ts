/** The model of the cluster, on which the simulation runs, against the real API server: the same is done to both. */
import { randomUUID } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import '../setup/provided.ts';
import { connectCluster, type Cluster } from '../../src/kubernetes/cluster.ts';
import { applies } from '../simulation/cluster/conformance/applies.ts';
import { jobs } from '../simulation/cluster/conformance/jobs.ts';
import { rollouts } from '../simulation/cluster/conformance/rollouts.ts';
import { Side, type Script } from '../simulation/cluster/conformance/side.ts';
import { traffic } from '../simulation/cluster/conformance/traffic.ts';
import { writes } from '../simulation/cluster/conformance/writes.ts';
import { ModelCluster } from '../simulation/cluster/model-cluster.ts';
import { behaviours, healthy, type Behaviour } from '../simulation/cluster/pods/behaviour.ts';

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
const images: Readonly<Record<string, Behaviour>> = {
  'nowhere:v1': behaviours.noImage,
  'busybox:crash': { ...behaviours.crashLoop, log: 'no database' },
  'busybox:unready': behaviours.neverReady,
  'busybox:good': { ...healthy, log: 'all is well' },
  'busybox:bad': behaviours.failingJob,
  'busybox:long': behaviours.endlessJob,
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
  const model = new ModelCluster({ behaviourOf: (image) => images[image] ?? healthy });
  model.byHand.create('namespaces', '', { metadata: { name: 'default' } });
  model.compact();
  try {
    return await script(new Side(model.connect('test').cluster, 'default'));
  } finally {
    model.close();
  }
}

describe.each(Object.entries({ writes, applies, rollouts, traffic, jobs }))('%s', (_group, scripts) => {
  it.concurrent.each(Object.entries(scripts))('%s', async (_name, script) => {
    const [real, model] = await Promise.all([onRealServer(script), onModel(script)]);
    expect(model).toEqual(real);
  });
});
