/** The control plane of Kubernetes: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, as upstream has them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts } from '../free-ports.ts';
import type { NetworkPlan } from '../node/addresses.ts';
import type { RunningProgram, Supervisor } from '../supervision/supervisor.ts';
import { createCredentials, users, writeKubeconfig, type Credentials, type User } from './credentials.ts';

export interface ControlPlane {
  readonly server: string;
  readonly kubeconfigs: Readonly<Record<User, string>>;
  /** Where the API server expects the node agent's egress proxy. */
  readonly egressSocketPath: string;
  /** PEM, self-signed by the API server; the node agent serves with it too. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** One line of JSON a request of the user `deployer`. */
  readonly auditLog: string;
  readonly programs: readonly RunningProgram[];
}

interface Plan {
  readonly binary: string;
  readonly directory: string;
  readonly network: NetworkPlan;
  readonly credentials: Credentials;
  readonly ports: { readonly etcd: number; readonly peer: number; readonly api: number };
}

/** Starts the control plane and waits until it answers: some five seconds. */
export async function startControlPlane(
  supervisor: Supervisor,
  binary: string,
  network: NetworkPlan,
): Promise<ControlPlane> {
  const directory = join(supervisor.runDirectory, 'kubernetes');
  mkdirSync(directory, { mode: 0o700 });
  const [etcd = 0, peer = 0, api = 0] = await freePorts(3);
  const credentials = createCredentials(directory);
  const plan: Plan = { binary, directory, network, credentials, ports: { etcd, peer, api } };
  const programs = [await supervisor.start(etcdProgram(plan)), await supervisor.start(apiServerProgram(plan))];
  const server = `https://127.0.0.1:${api}`;
  const certificate = join(directory, 'certs', 'apiserver.crt');
  const kubeconfigs = Object.fromEntries(
    users.map((user) => {
      const file = join(directory, `${user}.kubeconfig`);
      writeKubeconfig(file, server, certificate, credentials.token(user));
      return [user, file];
    }),
  ) as Record<User, string>;
  programs.push(...(await Promise.all(controllers(plan, kubeconfigs).map((program) => supervisor.start(program)))));
  return {
    server,
    kubeconfigs,
    programs,
    egressSocketPath: egressSocket(plan),
    certificate: {
      cert: readFileSync(certificate, 'utf8'),
      key: readFileSync(join(directory, 'certs', 'apiserver.key'), 'utf8'),
    },
    auditLog: auditLog(plan),
  };
}

function etcdProgram({ binary, directory, ports }: Plan) {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return {
    name: 'etcd',
    command: binary,
    args: [
      'etcd',
      '--data-dir',
      join(directory, 'etcd'),
      // A sandbox that is gone is gone: nothing in it has to survive a power cut.
      '--unsafe-no-fsync',
      '--listen-client-urls',
      client,
      '--advertise-client-urls',
      client,
      '--listen-peer-urls',
      peer,
      '--initial-advertise-peer-urls',
      peer,
      '--initial-cluster',
      `default=${peer}`,
    ],
    isReady: async () => (await fetch(`${client}/readyz`)).ok,
    timeoutMs: 30_000,
  };
}

function apiServerProgram(plan: Plan) {
  const { binary, directory, ports, network, credentials } = plan;
  return {
    name: 'kube-apiserver',
    command: binary,
    args: [
      'kube-apiserver',
      '--etcd-servers',
      `http://127.0.0.1:${ports.etcd}`,
      '--bind-address',
      '127.0.0.1',
      '--secure-port',
      String(ports.api),
      '--advertise-address',
      `${network.servicePrefix}.0.1`,
      '--endpoint-reconciler-type',
      'none',
      '--cert-dir',
      join(directory, 'certs'),
      '--token-auth-file',
      credentials.tokenFile,
      '--authorization-mode',
      'RBAC',
      '--service-account-issuer',
      'https://kubernetes.default.svc',
      '--service-account-key-file',
      credentials.serviceAccountPublicKey,
      '--service-account-signing-key-file',
      credentials.serviceAccountKey,
      '--service-cluster-ip-range',
      `${network.servicePrefix}.0.0/16`,
      '--egress-selector-config-file',
      writeEgressSelector(plan),
      '--audit-policy-file',
      credentials.auditPolicy,
      '--audit-log-path',
      auditLog(plan),
    ],
    isReady: () => isHealthy(ports.api, credentials.token('admin')),
    timeoutMs: 60_000,
  };
}

/** Without a port there is nothing to ask: that they work shows in the readiness of the node and of pods. */
async function isReady(): Promise<boolean> {
  return true;
}

function controllers({ binary, credentials }: Plan, kubeconfigs: Readonly<Record<User, string>>) {
  const alone = ['--leader-elect=false', '--secure-port', '0', '--kube-api-qps', '200', '--kube-api-burst', '400'];
  return [
    {
      name: 'kube-controller-manager',
      command: binary,
      args: [
        'kube-controller-manager',
        ...alone,
        '--kubeconfig',
        kubeconfigs['controller-manager'],
        '--service-account-private-key-file',
        credentials.serviceAccountKey,
      ],
      isReady,
      timeoutMs: 30_000,
    },
    {
      name: 'kube-scheduler',
      command: binary,
      args: ['kube-scheduler', ...alone, '--kubeconfig', kubeconfigs.scheduler],
      isReady,
      timeoutMs: 30_000,
    },
  ];
}

function writeEgressSelector(plan: Plan): string {
  const file = join(plan.directory, 'egress-selector.yaml');
  const connection = { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: egressSocket(plan) } } };
  const configuration = {
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [{ name: 'cluster', connection }],
  };
  writeFileSync(file, stringify(configuration));
  return file;
}

function egressSocket({ directory }: Plan): string {
  return join(directory, 'egress.sock');
}

function auditLog({ directory }: Plan): string {
  return join(directory, 'audit.log');
}

/** Before the API server has made its certificate there is none to check: only readiness is asked for, on loopback. */
function isHealthy(port: number, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const probe = request(
      { host: '127.0.0.1', port, path: '/readyz', headers, rejectUnauthorized: false, timeout: 2_000, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    probe.once('error', () => resolve(false));
    probe.once('timeout', () => probe.destroy());
    probe.end();
  });
}
