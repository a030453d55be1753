/** What a request asks for, taken from its path and query. */
import { accessOf } from '../../../../src/kubernetes/errors.ts';
import type { ApiRequest, Method } from '../../../../src/kubernetes/api-server.ts';
import { apiVersionOf, isResource, type Resource } from './kinds.ts';
import { Refusal } from './refusal.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'review';

export interface SentRequest {
  readonly verb: Verb;
  /** `services`, `pods`; `selfsubjectaccessreviews` is one too. */
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string;
  readonly name: string | null;
  readonly method: Method;
  /** Without its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const mutating: ReadonlySet<Verb> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Whether it can change something. */
export function isMutating({ verb }: SentRequest): boolean {
  return mutating.has(verb);
}

export function parseRequest(request: ApiRequest): SentRequest {
  const { method = 'GET', body, headers = {} } = request;
  const [path = '', search = ''] = request.path.split('?', 2);
  const { resource: qualified, name, namespace } = accessOf(method, path);
  const [resource = '', subresource = null] = qualified.split('/');
  const query = queryOf(request, search);
  return {
    verb: verbOf(method, { resource, name, query }),
    resource,
    subresource,
    namespace: namespace ?? '',
    name,
    method,
    path: request.path,
    query,
    headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
    body: body === undefined ? null : String(body),
  };
}

function queryOf({ query = {} }: ApiRequest, search: string): SentRequest['query'] {
  const all: Record<string, string | undefined> =
    search === '' ? {} : Object.fromEntries(new URLSearchParams(search).entries());
  for (const [key, value] of Object.entries(query)) all[key] = value === undefined ? undefined : String(value);
  return all;
}

interface Asked {
  readonly resource: string;
  readonly name: string | null;
  readonly query: SentRequest['query'];
}

function verbOf(method: Method, { resource, name, query }: Asked): Verb {
  if (resource === 'selfsubjectaccessreviews') return 'review';
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === null ? 'deletecollection' : 'delete';
    case 'GET':
    case 'HEAD':
      if (name !== null) return 'get';
      return query['watch'] === 'true' ? 'watch' : 'list';
  }
}

/** The kind that is asked for. Throws a Refusal (404) for one that the model does not know, or not under this path. */
export function resourceOf({ resource, path }: SentRequest): Resource {
  if (isResource(resource) && path.includes(`/${apiVersionOf(resource)}/`)) return resource;
  throw new Refusal('NotFound', 'the server could not find the requested resource');
}

/** The body as JSON. Throws a Refusal (400) where it is none. */
export function jsonOf({ body }: SentRequest): unknown {
  try {
    return JSON.parse(body ?? '{}') as unknown;
  } catch {
    throw new Refusal('BadRequest', 'the body of the request is not JSON');
  }
}
