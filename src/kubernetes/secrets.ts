/** The values of Secrets: read one by one, by name, and handed to whoever sends them, never to a result or a log. */
import type { V1Secret } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import { nameOfKey, type SecretKey } from '../domain/secret-header.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { orNull } from './errors.ts';

export interface SecretValues {
  /** By `nameOfKey`. */
  readonly values: ReadonlyMap<string, string>;
  /** A sentence for each key that cannot be used, without its value. */
  readonly problems: readonly string[];
}

/** Reads each Secret once. Rejects with DeploymentError('Forbidden') where the worker's role does not name it. */
export async function readSecrets(
  cluster: Cluster,
  namespace: string,
  keys: readonly SecretKey[],
): Promise<SecretValues> {
  const names = [...new Set(keys.map(({ name }) => name))];
  const secrets = new Map(
    await Promise.all(names.map(async (name) => [name, await read(cluster, namespace, name)] as const)),
  );
  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const key of keys) {
    const found = valueOf(secrets.get(key.name) ?? null, key);
    if (found.ok) values.set(nameOfKey(key), found.value);
    else problems.push(found.problem);
  }
  return { values, problems };
}

/** The values; DeploymentError('ObjectMissing') where one cannot be had. */
export async function requireSecrets(
  cluster: Cluster,
  namespace: string,
  keys: readonly SecretKey[],
): Promise<ReadonlyMap<string, string>> {
  const { values, problems } = await readSecrets(cluster, namespace, keys);
  if (problems.length > 0) throw new DeploymentError('ObjectMissing', problems.join('\n'));
  return values;
}

function read(cluster: Cluster, namespace: string, name: string): Promise<Json<V1Secret> | null> {
  return orNull(cluster.api.json<Json<V1Secret>>({ path: `/api/v1/namespaces/${namespace}/secrets/${name}` }));
}

type Found = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: string };

function valueOf(secret: Json<V1Secret> | null, { name, key }: SecretKey): Found {
  if (secret === null)
    return { ok: false, problem: `there is no Secret "${name}", which a header of the spec refers to: create it` };
  const encoded = secret.data?.[key];
  if (encoded === undefined) {
    return {
      ok: false,
      problem: `the Secret "${name}" has no key "${key}", which a header of the spec refers to: add it`,
    };
  }
  // Files, of which Secrets are often made, end with a line break.
  const value = Buffer.from(encoded, 'base64')
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (value !== '' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return { ok: true, value };
  return {
    ok: false,
    problem: `the key "${key}" of the Secret "${name}" cannot be a header, which is one line of text: correct it`,
  };
}
