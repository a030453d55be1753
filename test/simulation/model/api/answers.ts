/** The API server's answers, worked out at one moment: a request takes its whole effect here. */
import { mergePatch } from '../../../../src/kubernetes/json-merge-patch.ts';
import type { Plain } from './field-sets.ts';
import { applyJsonPatch } from './json-patch.ts';
import { apiVersionOf, kinds, qualified, type ApiObject, type Kinds, type Resource } from './kinds.ts';
import { withUsage } from './quota.ts';
import { notFound, Refusal } from './refusal.ts';
import type { DeleteOptions, Registry, WriteOptions } from './registry.ts';
import { jsonOf, resourceOf, type SentRequest } from './request.ts';
import { selecting } from './selectors.ts';
import { serverSideApply } from './server-side-apply.ts';

export interface Answer {
  readonly status: number;
  /** An object, or text as it is. */
  readonly body: object | string;
}

/** The answer to anything but watches, reviews and logs. Throws a Refusal for what is refused. */
export function answerOf(registry: Registry, request: SentRequest): Answer {
  const { verb, namespace, name, subresource } = request;
  const resource = resourceOf(request);
  if (subresource !== null) throw new Refusal('NotFound', 'the server could not find the requested resource');
  switch (verb) {
    case 'get':
      return { status: 200, body: read(registry, resource, namespace, name ?? '') };
    case 'list':
      return { status: 200, body: list(registry, resource, request) };
    case 'create':
      return { status: 201, body: registry.create(resource, namespace, objectOf(request), optionsOf(request)) };
    case 'update': {
      const live = registry.store.find(resource, namespace, name ?? '');
      // Of all kinds here only Services are made by a replacement.
      if (live === null && resource !== 'services') throw notFound(resource, name ?? '');
      if (live === null) {
        return { status: 201, body: registry.create(resource, namespace, objectOf(request), optionsOf(request)) };
      }
      return { status: 200, body: registry.update(resource, live, objectOf(request), optionsOf(request)) };
    }
    case 'patch':
      return patch(registry, resource, request);
    case 'delete': {
      const removed = registry.remove(resource, namespace, name ?? '', deleteOptionsOf(request));
      return { status: 200, body: removed };
    }
    case 'deletecollection':
      return { status: 200, body: removeAll(registry, resource, request) };
    case 'watch':
    case 'review':
      throw new Refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  }
}

function read(registry: Registry, resource: Resource, namespace: string, name: string): object {
  const found = registry.store.find(resource, namespace, name);
  if (found === null) throw notFound(resource, name);
  return resource === 'resourcequotas' ? withUsage(registry.store, found as Kinds['resourcequotas']) : found;
}

function list(registry: Registry, resource: Resource, { namespace, query }: SentRequest): object {
  const { store } = registry;
  const { labelSelector, fieldSelector, limit } = query;
  const items = store.list(resource, namespace) as ApiObject[];
  const found = items.filter(selecting({ labelSelector, fieldSelector }));
  const page = limit === undefined ? found : found.slice(0, Number(limit));
  const metadata = {
    resourceVersion: String(store.revision),
    ...(page.length < found.length ? { continue: page.at(-1)?.metadata.name ?? '' } : {}),
  };
  return {
    kind: `${kinds[resource].kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata,
    items:
      resource === 'resourcequotas' ? page.map((quota) => withUsage(store, quota as Kinds['resourcequotas'])) : page,
  };
}

function patch(registry: Registry, resource: Resource, request: SentRequest): Answer {
  const { namespace, name, headers } = request;
  const live = registry.store.find(resource, namespace, name ?? '');
  const type = headers['content-type']?.split(';', 1)[0];
  if (type === 'application/apply-patch+yaml') return apply(registry, resource, request, live);
  if (live === null) throw notFound(resource, name ?? '');
  const options = optionsOf(request);
  switch (type) {
    case 'application/json-patch+json': {
      const patched = applyJsonPatch(live, jsonOf(request));
      return { status: 200, body: registry.update(resource, live, patched, options) };
    }
    case 'application/merge-patch+json': {
      const patched = mergePatch(structuredClone(live), jsonOf(request)) as object;
      return { status: 200, body: registry.update(resource, live, patched, options) };
    }
    default:
      throw new Refusal('UnsupportedMediaType', `the body of the request was in an unknown format: ${String(type)}`);
  }
}

function apply(registry: Registry, resource: Resource, request: SentRequest, live: ApiObject | null): Answer {
  const { namespace, name, query } = request;
  const { fieldManager: manager, force } = query;
  if (manager === undefined)
    throw new Refusal('Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value');
  const applied = objectOf(request) as Plain & Partial<ApiObject>;
  if (applied.metadata?.name !== undefined && applied.metadata.name !== name) {
    throw new Refusal(
      'BadRequest',
      `the name of the object (${applied.metadata.name}) does not match the name on the URL`,
    );
  }
  const known = { live: (live ?? {}) as Plain, owners: live === null ? new Map() : registry.ownersOf(live) };
  const { object, owners } = serverSideApply({ ...known, applied, manager, force: force === 'true' });
  const options = { ...optionsOf(request), owners };
  if (live === null) return { status: 201, body: registry.create(resource, namespace, object, options) };
  return { status: 200, body: registry.update(resource, live, object, options) };
}

function removeAll(registry: Registry, resource: Resource, request: SentRequest): object {
  const { namespace, query } = request;
  const { labelSelector, fieldSelector } = query;
  const found = (registry.store.list(resource, namespace) as ApiObject[]).filter(
    selecting({ labelSelector, fieldSelector }),
  );
  const options = deleteOptionsOf(request);
  for (const { metadata } of found) registry.remove(resource, namespace, metadata.name, options);
  const metadata = { resourceVersion: String(registry.store.revision) };
  return { kind: `${kinds[resource].kind}List`, apiVersion: apiVersionOf(resource), metadata, items: found };
}

function objectOf(request: SentRequest): object {
  const given = jsonOf(request);
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw new Refusal('BadRequest', `the body of the request is no ${qualified(resourceOf(request))}`);
}

function optionsOf({ query }: SentRequest): WriteOptions {
  return { manager: query['fieldManager'] ?? 'unknown', dryRun: query['dryRun'] === 'All' };
}

/** From the body and, before it, the query, as the API server takes them. */
function deleteOptionsOf(request: SentRequest): DeleteOptions {
  const { query, body } = request;
  const { propagationPolicy, gracePeriodSeconds, dryRun } = query;
  const given = body === null || body === '' ? {} : (jsonOf(request) as DeleteOptions);
  return {
    ...given,
    ...(propagationPolicy === undefined ? {} : { propagationPolicy: propagationPolicy as 'Background' }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Number(gracePeriodSeconds) }),
    ...(dryRun === 'All' ? { dryRun: true } : {}),
  };
}
