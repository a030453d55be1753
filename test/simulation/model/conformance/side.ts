/** One of the two that are compared: the real API server or the model, with the requests that scripts send to it. */
import { text } from 'node:stream/consumers';
import type { ApiRequest, Method } from '../../../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../../../src/kubernetes/cluster.ts';
import type { Source } from '../../../../src/kubernetes/follow.ts';
import { waitUntil } from '../../../../src/kubernetes/wait.ts';
import { apiVersionOf, kinds, type Kinds, type Resource } from '../api/kinds.ts';

/** An answer, as far as the product tells answers apart. */
export interface Answered {
  readonly status: number;
  /** Of a refusal; null otherwise. */
  readonly reason: string | null;
}

export interface Full<T> extends Answered {
  readonly body: T;
}

export interface Sending {
  readonly query?: ApiRequest['query'];
  readonly type?: string;
  readonly body?: unknown;
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
} as const;

export class Side {
  readonly cluster: Cluster;
  readonly namespace: string;

  constructor(cluster: Cluster, namespace: string) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  path(resource: Resource, name?: string): string {
    const version = apiVersionOf(resource);
    const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
    const all = `${root}/namespaces/${this.namespace}/${resource}`;
    return name === undefined ? all : `${all}/${name}`;
  }

  async send<T>(
    method: Method,
    path: string,
    { query, type = 'application/json', body }: Sending = {},
  ): Promise<Full<T>> {
    const response = await this.cluster.api.open({
      method,
      path,
      ...(query === undefined ? {} : { query }),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': type }, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const words = await text(response);
    const isJson = response.headers['content-type']?.startsWith('application/json') === true;
    const parsed = (isJson ? JSON.parse(words) : words) as T & { kind?: string; reason?: string; status?: string };
    const isRefusal = isJson && parsed.kind === 'Status' && parsed.status === 'Failure';
    return { status: response.statusCode ?? 0, reason: isRefusal ? (parsed.reason ?? null) : null, body: parsed };
  }

  get<R extends Resource>(resource: R, name: string): Promise<Full<Kinds[R]>> {
    return this.send('GET', this.path(resource, name));
  }

  create<R extends Resource>(resource: R, object: object): Promise<Full<Kinds[R]>> {
    const own = { apiVersion: apiVersionOf(resource), kind: kinds[resource].kind, ...object };
    return this.send('POST', this.path(resource), { body: own });
  }

  replace<R extends Resource>(resource: R, name: string, object: object): Promise<Full<Kinds[R]>> {
    return this.send('PUT', this.path(resource, name), { body: object });
  }

  patch<R extends Resource>(
    resource: R,
    name: string,
    body: unknown,
    type: keyof typeof patchTypes = 'json',
  ): Promise<Full<Kinds[R]>> {
    return this.send('PATCH', this.path(resource, name), {
      body,
      type: patchTypes[type],
      query: { fieldManager: 'test' },
    });
  }

  apply<R extends Resource>(
    resource: R,
    name: string,
    object: object,
    query: ApiRequest['query'] = { fieldManager: 'cutover', force: true },
  ): Promise<Full<Kinds[R]>> {
    const own = { apiVersion: apiVersionOf(resource), kind: kinds[resource].kind, ...object };
    return this.send('PATCH', this.path(resource, name), { body: own, type: 'application/apply-patch+yaml', query });
  }

  remove(resource: Resource, name: string, options: object = {}): Promise<Full<unknown>> {
    return this.send('DELETE', this.path(resource, name), { body: options });
  }

  /** What `look` finds in the objects of a kind, as soon as it finds something. Rejects after half a minute. */
  async when<R extends Resource, T>(
    resource: R,
    select: Pick<Source<unknown>, 'labelSelector' | 'fieldSelector'>,
    look: (objects: readonly Kinds[R][]) => T | null,
  ): Promise<T> {
    const source: Source<Kinds[R]> = { path: this.path(resource), ...select, read: (object: Kinds[R]) => object };
    let seen: readonly Kinds[R][] = [];
    const waited = await waitUntil(this.cluster, {
      sources: { objects: source },
      look: ({ objects }) => {
        seen = objects;
        return look(objects);
      },
      timeoutMs: 30_000,
      signal: new AbortController().signal,
    });
    if (waited.reached) return waited.value;
    throw new Error(`not seen in half a minute: the ${resource} were ${JSON.stringify(seen)}`);
  }
}

/** The status and the reason alone. */
export function outcome({ status, reason }: Answered): Answered {
  return { status, reason };
}

/** What happens on one side, told without names and numbers that differ from side to side. */
export type Script = (side: Side) => Promise<unknown>;
