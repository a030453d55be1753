/** Certificates of authorities, which a spec names by the key of a Secret or a ConfigMap. */
import type { V1ConfigMap, V1Secret } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';
import type { PrometheusServer } from '../domain/spec.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { orNull } from './errors.ts';

type Certificates = NonNullable<Extract<PrometheusServer, { url: string }>['ca']>;

/** In PEM. DeploymentError('ObjectMissing') where they cannot be had. */
export async function readCertificates(cluster: Cluster, namespace: string, ca: Certificates): Promise<string> {
  const { secretKeyRef, configMapKeyRef } = ca;
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) throw missing('prometheus.ca names no Secret and no ConfigMap');
  const { name, key } = reference;
  const kind = secretKeyRef === undefined ? 'ConfigMap' : 'Secret';
  const path = `/api/v1/namespaces/${namespace}/${kind === 'Secret' ? 'secrets' : 'configmaps'}/${name}`;
  const object = await orNull(cluster.api.json<Json<V1Secret> | Json<V1ConfigMap>>({ path }));
  if (object === null) throw missing(`there is no ${kind} "${name}", which prometheus.ca refers to: create it`);
  const value = object.data?.[key];
  if (value === undefined) {
    throw missing(`the ${kind} "${name}" has no key "${key}", which prometheus.ca refers to: add it`);
  }
  const pem = kind === 'Secret' ? Buffer.from(value, 'base64').toString('utf8') : value;
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw missing(
    `the key "${key}" of the ${kind} "${name}", which prometheus.ca refers to, is no certificate in PEM: correct it`,
  );
}

function missing(message: string): DeploymentError {
  return new DeploymentError('ObjectMissing', message);
}
