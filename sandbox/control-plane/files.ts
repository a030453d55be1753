/** What the parts of the control plane know each other by: tokens, keys, kubeconfigs, configuration. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Who talks to the API server, and in which group. */
const groups = {
  admin: 'system:masters',
  // For programs under test: it may do what RoleBindings say, and what it asks for is in the audit log.
  deployer: '',
  'controller-manager': 'system:masters',
  scheduler: 'system:masters',
  'node-agent': 'system:masters',
} as const;
export type User = keyof typeof groups;
const users = Object.keys(groups) as User[];

/** Paths, but for the token. */
export interface ControlPlaneFiles {
  readonly etcdData: string;
  readonly certificates: string;
  readonly tokens: string;
  readonly adminToken: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  readonly auditPolicy: string;
  /** Two lines of JSON a request of the user `deployer`: when it comes, and when it is answered. */
  readonly auditLog: string;
  readonly egressSelector: string;
  /** Where the API server expects the node agent's egress proxy. */
  readonly egressSocket: string;
  /** There once `writeKubeconfigs` has been called. */
  readonly kubeconfigs: Readonly<Record<User, string>>;
  /** Resolves the API server's own certificate, which it signs when it first starts. */
  servingCertificate(): { readonly cert: string; readonly key: string };
  writeKubeconfigs(server: string): void;
}

/** Writes all that is known before the API server has started. */
export function writeControlPlaneFiles(directory: string): ControlPlaneFiles {
  mkdirSync(directory, { mode: 0o700 });
  const at = (name: string): string => join(directory, name);
  const write = (name: string, content: string): string => {
    writeFileSync(at(name), content, { mode: 0o600 });
    return at(name);
  };
  const tokens = new Map<User, string>(users.map((user) => [user, randomBytes(24).toString('hex')]));
  const serviceAccount = serviceAccountKeys();
  const egressSocket = at('egress.sock');
  const kubeconfigs = Object.fromEntries(users.map((user) => [user, at(`${user}.kubeconfig`)])) as Record<User, string>;
  return {
    etcdData: at('etcd'),
    certificates: at('certs'),
    tokens: write(
      'tokens.csv',
      [...tokens].map(([user, token]) => `${token},${user},${user},${groups[user]}\n`).join(''),
    ),
    adminToken: tokens.get('admin') ?? '',
    serviceAccountKey: write('service-account.key', serviceAccount.privateKey),
    serviceAccountPublicKey: write('service-account.pub', serviceAccount.publicKey),
    auditPolicy: write('audit-policy.yaml', stringify(deployerOnly)),
    auditLog: at('audit.log'),
    egressSelector: write('egress-selector.yaml', stringify(egressThrough(egressSocket))),
    egressSocket,
    kubeconfigs,
    servingCertificate: () => ({
      cert: readFileSync(at('certs/apiserver.crt'), 'utf8'),
      key: readFileSync(at('certs/apiserver.key'), 'utf8'),
    }),
    writeKubeconfigs(server) {
      for (const [user, token] of tokens) {
        write(`${user}.kubeconfig`, stringify(kubeconfig(server, at('certs/apiserver.crt'), token)));
      }
    },
  };
}

function serviceAccountKeys(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

const deployerOnly = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['ResponseStarted', 'Panic'],
  rules: [{ level: 'Metadata', users: ['deployer'] }, { level: 'None' }],
};

/** The API server reaches pods, Services and the kubelet through the node agent, which knows where they listen. */
function egressThrough(socket: string): object {
  const connection = { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } };
  return {
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [{ name: 'cluster', connection }],
  };
}

function kubeconfig(server: string, certificate: string, token: string): object {
  const name = 'cutover-sandbox';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
}
