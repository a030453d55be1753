import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Server } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { nodeAddress, PodAddressPool, type NetworkPlan } from './addresses.ts';
import { KUBELET_BACK_OFF, type BackOffPolicy } from './back-off.ts';
import { connectClusterApi } from './cluster-api.ts';
import { Dialer } from './dialer.ts';
import { createEgressServer, listenEgress } from './egress.ts';
import { EndpointTable } from './endpoints.ts';
import { EventRecorder } from './events.ts';
import type { ImageTable } from './images.ts';
import { createKubeletEndpoint } from './kubelet-endpoint.ts';
import { createMetricsApi } from './metrics-api.ts';
import { metricsAddress, registerMetricsApi } from './metrics-registration.ts';
import type { NodeContext } from './node-context.ts';
import { defaultCapacity, KUBELET_PORT, registerNode, type NodeCapacity } from './node-registration.ts';
import { NodePods } from './pods.ts';
import { createProcessRuntime, type ProcessRegistry } from './process-runtime.ts';
import { ServiceProxy } from './service-proxy.ts';
import { createSimulatedRuntime } from './simulated-runtime.ts';
import { followUsage } from './usage-rates.ts';

export interface NodeAgentOptions {
  readonly kubeConfig: KubeConfig;
  readonly nodeName: string;
  readonly network: NetworkPlan;
  readonly images: ImageTable;
  /** Where pods have their directories and logs; the agent creates it. */
  readonly workDirectory: string;
  /** Where the API server's egress selector sends CONNECT. */
  readonly egressSocketPath: string;
  /** PEM, for the kubelet's HTTPS endpoint. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** `simulated` makes pods ready without processes, for scale tests. */
  readonly mode: 'process' | 'simulated';
  /** A guardian that kills the registered process groups should this process die. */
  readonly processes: ProcessRegistry;
  readonly backOff?: BackOffPolicy;
  readonly capacity?: NodeCapacity;
  /** How long a simulated container takes to become ready. */
  readonly simulatedReadyAfterMs?: number;
  readonly log: (line: string) => void;
}

export interface NodeAgent {
  /** An HTTP proxy on loopback (CONNECT) to pods and Services by IP, and to Services by name. */
  readonly gatewayAddress: string;
  /** Kills every pod's processes and closes every port; the API server is told nothing. */
  stop(): Promise<void>;
}

/**
 * Starts the stand-in for kubelet and kube-proxy: the node is Ready, the pods already bound to it are being started and
 * the Services are served when this resolves. Rejects when the egress socket cannot be opened or the API server refuses
 * the node.
 */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const stop = new AbortController();
  await mkdir(options.workDirectory, { recursive: true, mode: 0o700 });
  await rm(options.egressSocketPath, { force: true });
  const node = await createContext(options, stop.signal);
  const pods = new NodePods(node);
  const endpoints = new EndpointTable();
  const dialer = new Dialer(options.network, endpoints);
  const proxy = new ServiceProxy(node, dialer, endpoints);
  const kubelet = createKubeletEndpoint({
    certificate: options.certificate,
    nodeName: options.nodeName,
    dialer,
    pods,
    runtime: node.runtime,
  });
  const kubeletRoute = { host: nodeAddress(options.network), port: KUBELET_PORT, accept: kubelet.accept };
  const metrics = createMetricsApi({
    certificate: options.certificate,
    usage: followUsage(pods, stop.signal),
    pod: (namespace, name) => pods.find(namespace, name)?.pod,
  });
  const metricsRoute = { ...metricsAddress(options.network), accept: metrics.accept };
  const egress = createEgressServer({ dialer, own: [kubeletRoute, metricsRoute] });
  const gateway = createEgressServer({ dialer, own: [] });
  const close = async () => {
    stop.abort();
    proxy.stop();
    kubelet.close();
    metrics.close();
    await pods.stop();
    await Promise.all([egress, gateway].map(closeServer));
    node.events.close();
    node.api.close();
  };
  try {
    await mkdir(dirname(options.egressSocketPath), { recursive: true, mode: 0o700 });
    await listenEgress(egress, options.egressSocketPath);
    await chmod(options.egressSocketPath, 0o600);
    const gatewayPort = await listenEgress(gateway);
    const capacity = options.capacity ?? defaultCapacity(node.mode);
    const log = (line: string) => node.log(line);
    await registerNode({ ...node, capacity, log });
    await registerMetricsApi(node.api, options.network, { signal: stop.signal, log });
    await Promise.all([proxy.follow(), pods.follow()]);
    return { gatewayAddress: `http://127.0.0.1:${gatewayPort}`, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createContext(options: NodeAgentOptions, stopped: AbortSignal): Promise<NodeContext> {
  const api = await connectClusterApi(options.kubeConfig);
  const log = (line: string) => options.log(line);
  const simulated = options.mode === 'simulated';
  return {
    nodeName: options.nodeName,
    network: options.network,
    addresses: new PodAddressPool(options.network.podPrefix),
    api,
    events: new EventRecorder(api, options.nodeName, log),
    images: options.images,
    runtime: simulated ? createSimulatedRuntime() : createProcessRuntime(options.processes),
    mode: simulated ? { kind: 'simulated', readyAfterMs: options.simulatedReadyAfterMs ?? 100 } : { kind: 'process' },
    backOff: options.backOff ?? KUBELET_BACK_OFF,
    workDirectory: options.workDirectory,
    stopped,
    log,
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
