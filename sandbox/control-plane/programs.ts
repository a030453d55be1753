/** How each program of the control plane is started: upstream's flags, and how to see that it is ready. */
import { request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import type { NetworkPlan } from '../node/addresses.ts';
import type { Program } from '../supervision/program.ts';
import type { ControlPlaneFiles } from './files.ts';

export interface ControlPlanePlan {
  /** The binary that is all of these programs, by its first argument. */
  readonly binary: string;
  /** Where the programs run. */
  readonly runDirectory: string;
  readonly network: NetworkPlan;
  readonly files: ControlPlaneFiles;
  readonly ports: { readonly api: number; readonly controllerManager: number; readonly scheduler: number };
}

export function etcd({ binary, runDirectory, files }: ControlPlanePlan): Program {
  // Sockets in a directory of this user's: whoever writes to etcd rules the cluster, and its pods are processes.
  const client = 'unix://etcd:1';
  const peer = 'unix://etcd:2';
  return {
    name: 'etcd',
    command: binary,
    args: [
      'etcd',
      ...flags({
        'data-dir': files.etcdData,
        // A sandbox that is gone is gone: nothing in it has to survive a power cut.
        'unsafe-no-fsync': true,
        'listen-client-urls': client,
        'advertise-client-urls': client,
        'listen-peer-urls': peer,
        'initial-advertise-peer-urls': peer,
        'initial-cluster': `default=${peer}`,
        'log-level': 'warn',
      }),
    ],
    isReady: () => answers(requestHttp({ socketPath: join(runDirectory, 'etcd:1'), path: '/readyz', timeout: 2_000 })),
    timeoutMs: 30_000,
    ending: 'kill',
  };
}

export function apiServer({ binary, runDirectory, files, network, ports }: ControlPlanePlan): Program {
  const authorization = `Bearer ${files.adminToken}`;
  return {
    name: 'kube-apiserver',
    command: binary,
    args: [
      'kube-apiserver',
      ...flags({
        'etcd-servers': `unix://${join(runDirectory, 'etcd:1')}`,
        'bind-address': '127.0.0.1',
        'secure-port': ports.api,
        'advertise-address': `${network.servicePrefix}.0.1`,
        // Loopback may not stand in an EndpointSlice: the Service `kubernetes` stays without an endpoint.
        'endpoint-reconciler-type': 'none',
        'cert-dir': files.certificates,
        'token-auth-file': files.tokens,
        'authorization-mode': 'RBAC',
        'service-account-issuer': 'https://kubernetes.default.svc',
        'service-account-key-file': files.serviceAccountPublicKey,
        'service-account-signing-key-file': files.serviceAccountKey,
        'service-cluster-ip-range': `${network.servicePrefix}.0.0/16`,
        'egress-selector-config-file': files.egressSelector,
        'audit-policy-file': files.auditPolicy,
        'audit-log-path': files.auditLog,
        'allow-privileged': true,
      }),
    ],
    isReady: () => answers(requestHttps(atLoopback(ports.api, '/readyz', { authorization }))),
    timeoutMs: 60_000,
    ending: 'kill',
  };
}

export function controllerManager({ binary, files, ports }: ControlPlanePlan): Program {
  return {
    name: 'kube-controller-manager',
    command: binary,
    args: [
      'kube-controller-manager',
      ...flags({
        ...controllerFlags,
        'secure-port': ports.controllerManager,
        kubeconfig: files.kubeconfigs['controller-manager'],
        'service-account-private-key-file': files.serviceAccountKey,
        // The node lives in the sandbox's own process. After an absence of the API server, whose default of 40 s it has
        // outlived, all pods would be taken for unready until the node is heard of again.
        'node-monitor-grace-period': '10m',
      }),
    ],
    isReady: () => answers(requestHttps(atLoopback(ports.controllerManager, '/healthz'))),
    timeoutMs: 30_000,
    ending: 'kill',
  };
}

export function scheduler({ binary, files, ports }: ControlPlanePlan): Program {
  return {
    name: 'kube-scheduler',
    command: binary,
    args: [
      'kube-scheduler',
      ...flags({ ...controllerFlags, 'secure-port': ports.scheduler, kubeconfig: files.kubeconfigs.scheduler }),
    ],
    isReady: () => answers(requestHttps(atLoopback(ports.scheduler, '/readyz'))),
    timeoutMs: 30_000,
    ending: 'kill',
  };
}

const controllerFlags = {
  'leader-elect': false,
  'bind-address': '127.0.0.1',
  // Dozens of pods come and go within seconds; the defaults (20 and 50) would be what one waits for.
  'kube-api-qps': 200,
  'kube-api-burst': 400,
};

function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

/** A health endpoint of a program whose certificate is not known: it is asked nothing else, and on loopback. */
function atLoopback(port: number, path: string, headers: Record<string, string> = {}): RequestOptions {
  const options = { host: '127.0.0.1', port, path, headers, rejectUnauthorized: false, timeout: 2_000, agent: false };
  return options;
}

function answers(request: ClientRequest): Promise<boolean> {
  return new Promise((resolve) => {
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
    request.once('timeout', () => request.destroy());
    request.end();
  });
}
