import { arch, release, totalmem } from 'node:os';
import {
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  type V1Node,
  type V1NodeCondition,
  type V1NodeStatus,
} from '@kubernetes/client-node';
import { nodeAddress, type NetworkPlan } from './addresses.ts';
import { created, retried, statusCode, type ClusterApi, type RetryOptions } from './cluster-api.ts';
import type { NodeMode } from './node-context.ts';
import { messageOf } from './waiting.ts';

const MERGE = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;
const STATUS_MS = 60_000;

/** The kubelet's usual port; here it exists only behind the egress. */
export const KUBELET_PORT = 10_250;

/** What the scheduler may place on the node, as Kubernetes quantities. */
export interface NodeCapacity {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
}

/**
 * Far more CPU than the machine has: requests written for real nodes should not keep pods from being scheduled, and the
 * processes share the cores anyway. Simulated pods cost nothing, and a scale test needs many.
 */
export function defaultCapacity(mode: NodeMode): NodeCapacity {
  switch (mode.kind) {
    case 'process':
      return { cpu: '64', memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '250' };
    case 'simulated':
      return { cpu: '10k', memory: '100Ti', pods: '5k' };
  }
}

interface Registration {
  readonly api: ClusterApi;
  readonly nodeName: string;
  readonly network: NetworkPlan;
  readonly capacity: NodeCapacity;
  readonly stopped: AbortSignal;
  readonly log: (line: string) => void;
}

/** Registers the node, reports it Ready and keeps its lease and status fresh until the signal aborts. Resolves once it is Ready. */
export async function registerNode(registration: Registration): Promise<void> {
  await createNode(registration);
  await patchStatus(registration);
  await renewLease(registration);
  every(RENEW_MS, registration, () => renewLease(registration));
  every(STATUS_MS, registration, () => patchStatus(registration));
}

async function createNode(registration: Registration): Promise<void> {
  const { api, nodeName } = registration;
  const labels = {
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture(),
  };
  const body: V1Node = { metadata: { name: nodeName, labels }, status: nodeStatus(registration) };
  await created(`registration of node ${nodeName}`, retryOptions(registration), () => api.core.createNode({ body }));
}

async function patchStatus(registration: Registration): Promise<void> {
  const { api, nodeName } = registration;
  const body = { status: nodeStatus(registration) };
  await retried(
    `status of node ${nodeName}`,
    () => api.core.patchNodeStatus({ name: nodeName, body }, MERGE),
    retryOptions(registration),
  );
}

async function renewLease(registration: Registration): Promise<void> {
  const { api, nodeName } = registration;
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime: new V1MicroTime() };
  const name = { name: nodeName, namespace: LEASE_NAMESPACE };
  const what = `lease of node ${nodeName}`;
  try {
    await retried(
      what,
      () => api.coordination.patchNamespacedLease({ ...name, body: { spec } }, MERGE),
      retryOptions(registration),
    );
  } catch (error) {
    if (statusCode(error) !== 404) throw error;
    const body = { metadata: name, spec };
    await created(what, retryOptions(registration), () =>
      api.coordination.createNamespacedLease({ namespace: LEASE_NAMESPACE, body }),
    );
  }
}

function every(ms: number, registration: Registration, act: () => Promise<void>): void {
  const timer = setInterval(() => {
    act().catch((error: unknown) => registration.log(`node ${registration.nodeName}: ${messageOf(error)}`));
  }, ms);
  registration.stopped.addEventListener('abort', () => clearInterval(timer));
}

function retryOptions({ stopped, log }: Registration): RetryOptions {
  return { signal: stopped, log };
}

/** The client library's types are two versions behind the API: it creates the node without the features, the patch adds them. */
type DeclaringStatus = V1NodeStatus & { readonly declaredFeatures: readonly string[] };

function nodeStatus({ network, capacity }: Registration): DeclaringStatus {
  return {
    // No host name: the API server would prefer it, and no DNS server knows it.
    addresses: [{ type: 'InternalIP', address: nodeAddress(network) }],
    capacity: { ...capacity },
    allocatable: { ...capacity },
    conditions: nodeConditions(),
    // Then the API server passes the WebSocket of `kubectl exec` on to the kubelet instead of speaking SPDY to it.
    declaredFeatures: ['ExtendWebSocketsToKubelet'],
    daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
    nodeInfo: {
      architecture: architecture(),
      bootID: '',
      containerRuntimeVersion: `sandbox://${process.versions.node}`,
      kernelVersion: release(),
      kubeProxyVersion: '',
      kubeletVersion: 'v1.36.3',
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'cutover sandbox',
      systemUUID: '',
    },
  };
}

function nodeConditions(): V1NodeCondition[] {
  const now = new Date();
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'the sandbox does not measure memory pressure'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'the sandbox does not measure disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'the sandbox does not measure process pressure'),
    condition('Ready', 'True', 'KubeletReady', 'the sandbox node runs pods as processes'),
  ];
}

function architecture(): string {
  const machine = arch();
  return machine === 'x64' ? 'amd64' : machine;
}
