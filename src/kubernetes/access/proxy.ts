/**
 * Through the API server's proxy subresources, with the worker's own credentials: works from wherever the API server can
 * be reached.
 */
import { passesProxy } from '../../domain/request-headers.ts';
import type { Cluster } from '../cluster.ts';
import { forbidden } from '../errors.ts';
import {
  AccessError,
  describeRequest,
  describeTarget,
  type AccessErrorKind,
  type AccessTarget,
  type HttpAnswer,
  type ProbeRequest,
  type RequestOptions,
  type Transport,
} from './access.ts';
import { exchange, failureOf, wireBody, wirePath } from './exchange.ts';
import { connectByPortForward } from './port-forward.ts';
import type { ServiceDirectory } from './service-directory.ts';

export function createProxyTransport(cluster: Cluster, services: Pick<ServiceDirectory, 'find'>): Transport {
  return {
    request: (target, request, options) => proxied(cluster, services, { target, request, options }),
    connect: async (target, options) => {
      if (target.kind === 'pod') return connectByPortForward(cluster.kubeConfig, target, options);
      const reason = 'the API server passes on TCP to pods only: check a pod, or use access: direct';
      throw new AccessError('invalid', describeTarget(target), reason);
    },
  };
}

interface Proxied {
  readonly target: AccessTarget;
  readonly request: ProbeRequest;
  readonly options: RequestOptions;
}

async function proxied(
  cluster: Cluster,
  services: Pick<ServiceDirectory, 'find'>,
  { target, request, options }: Proxied,
): Promise<HttpAnswer> {
  const what = describeRequest(target, request);
  const { body, headers } = wireBody(request);
  const taken = Object.keys(headers).find((name) => !passesProxy(name));
  if (taken !== undefined) {
    const reason = `the header ${taken} cannot pass the API server's proxy: use access: direct`;
    throw new AccessError('invalid', what, reason);
  }
  const method = request.method ?? 'GET';
  let path = '';
  const answer = await exchange(what, options, async (signal) => {
    path = (await proxyPath(services, target)) + wirePath(request.path);
    const sent = { accept: '*/*', ...headers };
    return cluster.api.open({
      method,
      path,
      headers: sent,
      signal,
      timeoutMs: null,
      ...(body === undefined ? {} : { body }),
    });
  });
  const status = statusOf(answer);
  if (status === null) return answer;
  if (answer.status === 403) throw forbidden(method, path.split('?', 1)[0] ?? '', answer.body);
  throw failureOf(kindOf(answer.status, status.message), what, `${status.message} (HTTP ${answer.status})`);
}

async function proxyPath(services: Pick<ServiceDirectory, 'find'>, target: AccessTarget): Promise<string> {
  const port = target.kind === 'pod' ? target.port : (target.port ?? (await services.find(target)).port);
  return `/api/v1/namespaces/${target.namespace}/${target.kind}s/${target.name}:${port}/proxy`;
}

/** The API server's own answer, a document of kind Status, as against one of the application with the same number. */
function statusOf({ status, headers, body, truncated }: HttpAnswer): { message: string } | null {
  if (status < 400 || truncated || headers['content-type']?.startsWith('application/json') !== true) return null;
  try {
    const document: unknown = JSON.parse(body);
    if (typeof document !== 'object' || document === null) return null;
    const { kind, apiVersion, code, message } = document as Record<string, unknown>;
    if (kind !== 'Status' || apiVersion !== 'v1' || code !== status) return null;
    return { message: typeof message === 'string' ? message.slice(0, 300) : 'no reason given' };
  } catch {
    return null;
  }
}

/** The kinds by the words of the API server are finer; without them it is still trouble on the way. */
function kindOf(status: number, message: string): AccessErrorKind {
  if (status === 404) return 'unreachable';
  if (status === 504 || /timeout|deadline exceeded|while dialing .* code 504/i.test(message)) return 'timeout';
  if (message.includes('no endpoints available')) return 'no-endpoints';
  // The second by way of the HTTP proxy that an API server may have towards its pods.
  if (/connection refused|while dialing .* code 502/.test(message)) return 'refused';
  if (/connection reset|EOF/.test(message)) return 'reset';
  if (/no route to host|unreachable/.test(message)) return 'unreachable';
  return 'proxy';
}
