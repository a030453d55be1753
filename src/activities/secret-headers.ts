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
  /** The headers as they are sent. */
  readonly headersOf: (request: Pick<HttpRequest, 'headers'>) => Record<string, string>;
  /** The way there, with the values taken out of all answers. */
  readonly way: Transport;
  /** The answer of another way, with the values taken out. */
  readonly conceal: (answer: HttpAnswer) => HttpAnswer;
}

/** Reads what the requests refer to, now. Rejects with a DeploymentError that names the Secret where one is missing. */
export async function secretHeaders(
  cluster: Cluster,
  namespace: string,
  requests: readonly Pick<HttpRequest, 'headers'>[],
  way: Transport,
): Promise<SecretHeaders> {
  const values = await requireSecrets(cluster, namespace, uniqueKeys(requests));
  const conceal = concealing(values);
  const headersOf: SecretHeaders['headersOf'] = ({ headers }) => resolve(values, headers);
  return {
    resolve: (request) => ({ ...request, headers: headersOf(request) }),
    headersOf,
    conceal,
    way: {
      connect: (target, options) => way.connect(target, options),
      request: async (target, request, options) => conceal(await way.request(target, request, options)),
    },
  };
}

function resolve(values: ReadonlyMap<string, string>, headers: HttpRequest['headers']): Record<string, string> {
  const resolved = Object.entries(headers).map(([name, value]) => {
    if (typeof value === 'string') return [name, value] as const;
    return [name, `${value.prefix ?? ''}${values.get(nameOfKey(value.secretKeyRef)) ?? ''}`] as const;
  });
  return Object.fromEntries(resolved);
}

function concealing(values: ReadonlyMap<string, string>): SecretHeaders['conceal'] {
  if (values.size === 0) return (answer) => answer;
  const forms = [...new Set([...values.values()].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (answer) => concealAnswer(answer, (text) => forms.reduce((rest, form) => rest.replaceAll(form, hidden), text));
}

function concealAnswer(answer: HttpAnswer, conceal: (text: string) => string): HttpAnswer {
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, conceal(value)] as const);
  return { ...answer, body: conceal(answer.body), headers: Object.fromEntries(headers) };
}

/** How an application may write what it was sent: as it is, in JSON, in a URL, in Base64. */
function formsOf(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), Buffer.from(value).toString('base64')];
}
