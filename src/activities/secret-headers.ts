/**
 * Requests with headers from Secrets (invariant 9): the values go on the wire and nowhere else. An application may send
 * back what it was sent, so they are taken out of its answers before anybody reads these.
 */
import { nameOfKey, uniqueKeys } from '../domain/secret-header.ts';
import type { HttpRequest } from '../domain/spec.ts';
import type { SentRequest } from '../evidence/traffic.ts';
import type { HttpAnswer, Transport } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { requireSecrets } from '../kubernetes/secrets.ts';

const hidden = '[secret]';

export interface SecretHeaders {
  /** The request as it is sent. */
  readonly resolve: (request: HttpRequest) => SentRequest;
  /** The way there, with the values taken out of all answers. */
  readonly way: Transport;
}

/** Reads what the requests refer to, now. Rejects with a DeploymentError that names the Secret where one is missing. */
export async function secretHeaders(
  cluster: Cluster,
  namespace: string,
  requests: readonly HttpRequest[],
  way: Transport,
): Promise<SecretHeaders> {
  const values = await requireSecrets(cluster, namespace, uniqueKeys(requests));
  return { resolve: (request) => resolve(values, request), way: values.size === 0 ? way : concealing(way, values) };
}

function resolve(values: ReadonlyMap<string, string>, { headers, ...request }: HttpRequest): SentRequest {
  const resolved = Object.entries(headers).map(([name, value]) => {
    if (typeof value === 'string') return [name, value] as const;
    return [name, `${value.prefix ?? ''}${values.get(nameOfKey(value.secretKeyRef)) ?? ''}`] as const;
  });
  return { ...request, headers: Object.fromEntries(resolved) };
}

function concealing(way: Transport, values: ReadonlyMap<string, string>): Transport {
  const forms = [...new Set([...values.values()].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const conceal = (text: string): string => forms.reduce((rest, form) => rest.replaceAll(form, hidden), text);
  return {
    connect: (target, options) => way.connect(target, options),
    request: async (target, request, options) => concealAnswer(await way.request(target, request, options), conceal),
  };
}

function concealAnswer(answer: HttpAnswer, conceal: (text: string) => string): HttpAnswer {
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, conceal(value)] as const);
  return { ...answer, body: conceal(answer.body), headers: Object.fromEntries(headers) };
}

/** How an application may write what it was sent: as it is, in JSON, in a URL, in Base64. */
function formsOf(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), Buffer.from(value).toString('base64')];
}
