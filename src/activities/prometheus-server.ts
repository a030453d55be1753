/** The Prometheus server of a spec, with the values of its Secrets: they go on the wire and nowhere else. */
import { toMilliseconds } from '../domain/duration.ts';
import type { Spec } from '../domain/spec.ts';
import { prometheusApi, type PrometheusApi } from '../evidence/prometheus/api.ts';
import { prometheusAt } from '../evidence/prometheus/server.ts';
import { readCertificates } from '../kubernetes/certificates.ts';
import type { Dependencies } from './dependencies.ts';
import { secretHeaders } from './secret-headers.ts';

/** Reads what the spec refers to, and asks nothing yet. Rejects with a DeploymentError that names what is missing. */
export async function connectPrometheus({ cluster, access }: Dependencies, spec: Spec): Promise<PrometheusApi> {
  const { prometheus: server, namespace } = spec;
  if (server === undefined) throw new Error('the spec names no Prometheus server: add "prometheus"');
  const ca = 'url' in server ? server.ca : undefined;
  const [secrets, pem] = await Promise.all([
    secretHeaders(cluster, namespace, [server], access[spec.access]),
    ca === undefined ? undefined : readCertificates(cluster, namespace, ca),
  ]);
  const ask = prometheusAt({
    server,
    namespace,
    access: spec.access,
    transport: access[spec.access],
    headers: secrets.headersOf(server),
    ...(pem === undefined ? {} : { ca: pem }),
  });
  return prometheusApi(
    async (path, parameters, options) => secrets.conceal(await ask(path, parameters, options)),
    toMilliseconds(server.timeout),
  );
}

/** The server, connected when it is first asked; where something was missing then, at the next time anew. */
export function lazily<T>(connect: () => Promise<T>): () => Promise<T> {
  let connected: Promise<T> | null = null;
  return () => {
    connected ??= connect().catch((error: unknown) => {
      connected = null;
      throw error;
    });
    return connected;
  };
}
