/** The errors of the API server, told apart by status and reason, and by message only where there is nothing else. */
import { ApiException } from '@kubernetes/client-node';
import { DeploymentError } from '../domain/failure.ts';

export type ApiErrorKind =
  | 'not-found'
  | 'conflict'
  | 'already-exists'
  | 'gone'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'too-many-requests'
  /** The server was not reached, did not answer in time, or failed inside. */
  | 'unavailable'
  | 'other';

/** Kubernetes' Status document, as far as it matters here. */
interface Status {
  readonly reason?: string;
  readonly message?: string;
}

/** What kind of refusal or trouble this is. */
export function apiErrorKind(error: unknown): ApiErrorKind {
  if (error instanceof DeploymentError) return error.failure === 'Forbidden' ? 'forbidden' : 'other';
  if (!(error instanceof ApiException)) return 'unavailable';
  switch (error.code) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 409:
      return statusOf(error.body).reason === 'AlreadyExists' ? 'already-exists' : 'conflict';
    case 410:
      return 'gone';
    case 400:
    case 422:
      return 'invalid';
    case 408:
    case 425:
      return 'unavailable';
    case 429:
      return 'too-many-requests';
    default:
      return error.code >= 500 ? 'unavailable' : 'other';
  }
}

export function isNotFound(error: unknown): boolean {
  return apiErrorKind(error) === 'not-found';
}

/** Whether the same request may succeed a little later. */
export function isTransient(error: unknown): boolean {
  const kind = apiErrorKind(error);
  return kind === 'unavailable' || kind === 'too-many-requests';
}

/** What the API server said, in one line of at most 1,000 characters. */
export function describeApiError(error: unknown): string {
  if (error instanceof ApiException) {
    const said = statusOf(error.body).message ?? (error.message === '' ? 'no message' : error.message);
    return `${oneLine(said)} (HTTP ${error.code})`;
  }
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error.name === 'TimeoutError') return 'the API server did not answer in time';
    return oneLine(error.message !== '' ? error.message : (code ?? error.name));
  }
  return oneLine(String(error));
}

/** What of an applied object is not in the schema, or null: the server answers 500 to that, as to any trouble of its own, without a reason. */
export function schemaMistake(error: unknown): string | null {
  if (!(error instanceof ApiException)) return null;
  const { message = '' } = statusOf(error.body);
  const [, mistake = null] = /^failed to create typed patch object \([^)]*\): (.+)$/s.exec(message) ?? [];
  return mistake === null ? null : oneLine(mistake);
}

/** The object, or null where the API server has none. */
export async function orNull<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/**
 * A 403 as a failure that names the rule which the worker's role lacks. Admission (a quota, a terminating namespace)
 * answers 403 too, so the server's own words come first.
 */
export function forbidden(method: string, path: string, body: unknown): DeploymentError {
  const { verb, group, resource, name, namespace } = accessOf(method, path);
  const object = `${resource}${name === null ? '' : ` "${name}"`}${namespace === null ? '' : ` in namespace "${namespace}"`}`;
  const rule = JSON.stringify({ apiGroups: [group], resources: [resource], verbs: [verb] });
  const said = statusOf(body).message;
  return new DeploymentError(
    'Forbidden',
    `may not ${verb} ${object}${said === undefined ? '' : `: ${oneLine(said)}`}. ` +
      `If a permission is missing, add this rule to the worker's role: ${rule}`,
  );
}

export interface ApiAccess {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly name: string | null;
  readonly namespace: string | null;
}

/** What RBAC calls the access that a request needs. */
export function accessOf(method: string, path: string): ApiAccess {
  const [root, ...rest] = path.split('/').filter((part) => part !== '');
  const group = root === 'api' ? '' : (rest.shift() ?? '');
  rest.shift();
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = namespaced ? (rest[1] ?? null) : null;
  const [kind = '', name, subresource] = namespaced ? rest.slice(2) : rest;
  return {
    verb: verbOf(method, name !== undefined),
    group,
    resource: subresource === undefined ? kind : `${kind}/${subresource}`,
    name: name === undefined ? null : decodeURIComponent(name),
    namespace: namespace === null ? null : decodeURIComponent(namespace),
  };
}

function verbOf(method: string, named: boolean): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'WATCH':
      return 'watch';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return named ? 'get' : 'list';
  }
}

function statusOf(body: unknown): Status {
  if (typeof body === 'object' && body !== null) return body;
  if (typeof body !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return { message: body };
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 1_000);
}
