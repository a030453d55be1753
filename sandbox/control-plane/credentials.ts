/** What the parts of the control plane know each other by: tokens, keys, kubeconfigs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Who talks to the API server. `deployer` is for programs under test: what it asks for is in the audit log. */
export const users = ['admin', 'deployer', 'controller-manager', 'scheduler', 'node-agent'] as const;
export type User = (typeof users)[number];

export interface Credentials {
  readonly tokenFile: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  readonly auditPolicy: string;
  token(user: User): string;
}

export function createCredentials(directory: string): Credentials {
  const tokens = new Map(users.map((user) => [user, randomBytes(24).toString('hex')]));
  const tokenFile = join(directory, 'tokens.csv');
  const rows = [...tokens].map(([user, token]) => `${token},${user},${user},"system:masters"\n`);
  writeFileSync(tokenFile, rows.join(''), { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const serviceAccountKey = join(directory, 'service-account.key');
  const serviceAccountPublicKey = join(directory, 'service-account.pub');
  writeFileSync(serviceAccountKey, privateKey, { mode: 0o600 });
  writeFileSync(serviceAccountPublicKey, publicKey);
  const auditPolicy = join(directory, 'audit-policy.yaml');
  writeFileSync(auditPolicy, stringify(deployerOnly));
  return {
    tokenFile,
    serviceAccountKey,
    serviceAccountPublicKey,
    auditPolicy,
    token: (user) => tokens.get(user) ?? '',
  };
}

const deployerOnly = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['ResponseStarted', 'ResponseComplete', 'Panic'],
  rules: [{ level: 'Metadata', users: ['deployer'] }, { level: 'None' }],
};

/** Writes a kubeconfig for one user; `certificate` is the PEM file that the API server is known by. */
export function writeKubeconfig(file: string, server: string, certificate: string, token: string): void {
  const name = 'cutover-sandbox';
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  writeFileSync(file, stringify(kubeconfig), { mode: 0o600 });
}
