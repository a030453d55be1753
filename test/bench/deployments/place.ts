/** Where one deployment of the campaign happens: a namespace of its own, in which stable serves. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppsV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { serviceAnswers } from '../../../sandbox/pods-answer.ts';
import type { SandboxInfo } from '../../../sandbox/sandbox.ts';
import { serviceUrl } from '../../../sandbox/service-url.ts';
import { roleBindingOf, roleOf } from '../../../src/domain/role.ts';
import { specSchema, type Spec } from '../../../src/domain/spec.ts';
import { granted } from '../../cluster/granted.ts';
import { deploymentOf, service, serviceOf, specOf, type Times } from './manifests.ts';
import type { Scenario } from './scenarios.ts';

/** The machine is busy with the other deployments. */
const patienceMs = 60_000;

export interface Place {
  /** The production Service, on this machine. */
  readonly url: string;
  readonly spec: Spec;
  /** Without waiting for it to be gone. */
  remove(): Promise<void>;
}

/** Resolves once stable answers users and the worker may do what it has to; removes what it has made where that fails. */
export async function preparePlace(
  sandbox: SandboxInfo,
  namespace: string,
  { stable, candidate }: Scenario,
  times: Times,
): Promise<Place> {
  const config = new KubeConfig();
  config.loadFromFile(sandbox.kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const remove = async (): Promise<void> => void (await api.delete(own));
  const spec = specSchema.parse(specOf(namespace, candidate, times));
  const blue = deploymentOf('blue', 'v1', stable);
  const role = [roleOf(spec), roleBindingOf(spec, { kind: 'User', name: 'deployer' })];
  await api.create(own);
  try {
    for (const object of [...role, blue, serviceOf('blue')]) {
      await api.create({ ...object, metadata: { ...object.metadata, namespace } });
    }
    await granted(sandbox.deployerKubeconfig, spec, patienceMs);
    await rolledOut(config, namespace, blue.metadata.name);
    const url = await serviceUrl(sandbox.kubeconfig, { namespace, name: service }, patienceMs);
    await serviceAnswers(`${url}/healthz`, patienceMs);
    return { url, spec, remove };
  } catch (error) {
    await remove();
    throw new Error(`${namespace} could not be prepared`, { cause: error });
  }
}

async function rolledOut(config: KubeConfig, namespace: string, name: string): Promise<void> {
  const api = config.makeApiClient(AppsV1Api);
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { spec, status } = await api.readNamespacedDeployment({ namespace, name });
    if (status?.readyReplicas !== undefined && status.readyReplicas === spec?.replicas) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${namespace}/${name} has ${status?.readyReplicas ?? 0} ready pods after ${patienceMs / 1_000} s`,
      );
    }
    await delay(200);
  }
}
