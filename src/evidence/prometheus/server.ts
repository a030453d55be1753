/** A Prometheus server as it is asked: where, by which way, with which headers. */
import type { PrometheusServer, Spec } from '../../domain/spec.ts';
import type { HttpAnswer, RequestOptions, Transport } from '../../kubernetes/access/index.ts';
import { askAddress } from '../web-address.ts';

/** The API at `path`, which begins with `/api/v1`. Rejects as a Transport does. */
export type AskPrometheus = (
  path: string,
  parameters: Readonly<Record<string, string>>,
  options: Pick<RequestOptions, 'timeoutMs' | 'signal'>,
) => Promise<HttpAnswer>;

export interface PrometheusWay {
  readonly server: PrometheusServer;
  /** Of the app: where the server is a Service of the same one. */
  readonly namespace: string;
  readonly access: Spec['access'];
  readonly transport: Transport;
  readonly headers: Readonly<Record<string, string>>;
  /** In PEM. */
  readonly ca?: string;
}

const answerBytes = 10 * 1024 * 1024;

export function prometheusAt({ server, namespace, access, transport, headers, ca }: PrometheusWay): AskPrometheus {
  if ('url' in server) {
    return (path, parameters, options) =>
      askAddress(server.url, posted(path, parameters, headers), {
        ...options,
        maxBodyBytes: answerBytes,
        ...(ca === undefined ? {} : { ca }),
      });
  }
  const { service } = server;
  const target = {
    kind: 'service',
    namespace: service.namespace ?? namespace,
    name: service.name,
    port: service.port,
  } as const;
  const prefix = service.path.replace(/\/+$/, '');
  return (path, parameters, options) => {
    // A GET through the API server needs no more than the right to read.
    const request =
      access === 'proxy'
        ? { path: `${prefix}${path}?${new URLSearchParams(parameters).toString()}`, headers }
        : posted(prefix + path, parameters, headers);
    return transport.request(target, request, { ...options, maxBodyBytes: answerBytes });
  };
}

/** As a form, since a query may be longer than what a URL has room for. */
function posted(path: string, parameters: Readonly<Record<string, string>>, headers: PrometheusWay['headers']) {
  return {
    method: 'POST',
    path,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
  } as const;
}
