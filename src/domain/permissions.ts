/**
 * What the worker asks of the Kubernetes API for one spec: nothing beside these rules, and each of them. Preflight asks
 * for them one by one, and `cutover role` prints them, so that the two cannot differ.
 *
 * 1. Every rule is of one namespace: the app's, or the one that it names.
 * 2. A rule has names wherever the worker knows the names beforehand and RBAC can tell them: a list or a watch by
 *    metadata.name has the name of its field selector, a create by server-side apply that of its path. Pods, EndpointSlices
 *    and Jobs have names that are made up later, and a proxied Service is called by its name and port, which only a
 *    Prometheus in the spec has beforehand.
 */
import { toMilliseconds } from './duration.ts';
import { probeRequests } from './probe-requests.ts';
import { checksOf, secretKeysOf } from './secret-header.ts';
import { slotName, slots } from './slot.ts';
import type { HttpRequest, Spec } from './spec.ts';

export interface Rule {
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** The objects that the rule is about; all of the namespace without it. */
  readonly names?: readonly string[];
  /** Where it is; in the app's namespace without it. */
  readonly namespace?: string;
  /** What is missed without it; a rule without this is needed. */
  readonly missed?: string;
}

/** The rules of the worker's role in the spec's namespace, and where a Prometheus is that the spec names as a Service. */
export function neededRules(spec: Spec): Rule[] {
  return [
    ...objectRules(spec),
    ...proxyRules(spec),
    ...jobRules(spec),
    ...secretRules(spec),
    ...prometheusRules(spec),
    ...usageRules(spec),
    ...logRules(spec),
    ...courtesyRules,
  ];
}

/** The name under which preflight tries out a Deployment whose own name is still taken. */
export function trialName(deployment: string): string {
  return `${deployment}-preflight`;
}

function objectRules({ app, service }: Spec): Rule[] {
  const deployments = slots.map((slot) => slotName(app, slot));
  const previews = deployments;
  return [
    { group: '', resource: 'services', verbs: ['get', 'patch'], names: [service, ...previews] },
    { group: '', resource: 'services', verbs: ['list', 'watch'], names: [service] },
    { group: '', resource: 'services', verbs: ['create'], names: previews },
    {
      group: 'apps',
      resource: 'deployments',
      verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
      names: deployments,
    },
    { group: 'apps', resource: 'deployments', verbs: ['create', 'patch'], names: deployments.map(trialName) },
    { group: '', resource: 'pods', verbs: ['list', 'watch'] },
    { group: 'discovery.k8s.io', resource: 'endpointslices', verbs: ['list', 'watch'] },
  ];
}

/** Requests through the API server, which takes their methods for verbs; `access: direct` needs none of it. */
function proxyRules(spec: Spec): Rule[] {
  if (spec.access === 'direct') return [];
  const { checks } = spec.smoke;
  const smoke = checks.flatMap((check) => ('http' in check ? [check.http] : []));
  const soak = toMilliseconds(spec.soak.duration) > 0 && spec.soak.traffic.requestsPerSecond > 0;
  const watched = checksOf(spec).flatMap((check) =>
    'http' in check && check.http.url === undefined ? [check.http] : [],
  );
  const checked = [...smoke, ...watched];
  const toPods = [
    ...spec.warmUp.requests,
    ...checked.filter(({ port }) => port !== undefined),
    ...(soak ? probeRequests(spec) : []),
  ];
  const toServices = checked.filter(({ port }) => port === undefined);
  const verified = spec.cutover.verify.connections > 0 ? ['get'] : [];
  const services = unique([...toServices.map(verbOf), ...verified]);
  return [
    // Also for the metrics, and to see whether pods without a readiness probe answer.
    { group: '', resource: 'pods/proxy', verbs: unique(['get', ...toPods.map(verbOf)]) },
    ...(services.length === 0 ? [] : [{ group: '', resource: 'services/proxy', verbs: services }]),
    // Kubernetes asks for both from 1.35 on.
    ...(checks.some((check) => 'tcp' in check)
      ? [{ group: '', resource: 'pods/portforward', verbs: ['get', 'create'] }]
      : []),
  ];
}

function jobRules(spec: Spec): Rule[] {
  if (![...spec.smoke.checks, ...checksOf(spec)].some((check) => 'job' in check)) return [];
  return [{ group: 'batch', resource: 'jobs', verbs: ['list', 'watch', 'create', 'delete', 'deletecollection'] }];
}

/** Each Secret by its name: a list of Secrets would show the values of all. */
function secretRules(spec: Spec): Rule[] {
  const { secretKeyRef, configMapKeyRef } = authorityOf(spec);
  const names = unique(
    [...secretKeysOf(spec), ...(secretKeyRef === undefined ? [] : [secretKeyRef])].map(({ name }) => name),
  );
  return [
    ...(names.length === 0 ? [] : [{ group: '', resource: 'secrets', verbs: ['get'], names }]),
    ...(configMapKeyRef === undefined
      ? []
      : [{ group: '', resource: 'configmaps', verbs: ['get'], names: [configMapKeyRef.name] }]),
  ];
}

function authorityOf({ prometheus }: Spec) {
  return prometheus !== undefined && 'url' in prometheus ? (prometheus.ca ?? {}) : {};
}

/** A Prometheus that is a Service: read through the API server, or looked up. */
function prometheusRules({ prometheus, namespace, access }: Spec): Rule[] {
  if (prometheus === undefined || !('service' in prometheus)) return [];
  const { name, port, namespace: elsewhere = namespace } = prometheus.service;
  const where = elsewhere === namespace ? {} : { namespace: elsewhere };
  return access === 'proxy'
    ? [{ group: '', resource: 'services/proxy', verbs: ['get'], names: [`${name}:${port}`], ...where }]
    : [{ group: '', resource: 'services', verbs: ['get'], names: [name], ...where }];
}

/** What pods use is shown where it can be, and needed where the spec limits it. */
function usageRules({ soak, monitor }: Spec): Rule[] {
  const isLimited = [soak, monitor].some(({ thresholds: { cpu, memory } }) => (cpu ?? memory) !== undefined);
  const rule = { group: 'metrics.k8s.io', resource: 'pods', verbs: ['list'] };
  return [isLimited ? rule : { ...rule, missed: 'CPU and memory of the pods are not shown' }];
}

/** A watch that cannot read the logs it should judge by says so, too late. */
function logRules({ logs }: Spec): Rule[] {
  const rule = { group: '', resource: 'pods/log', verbs: ['get'] };
  return [logs === 'none' ? { ...rule, missed: 'the last lines of containers that crash are not shown' } : rule];
}

const courtesyRules: readonly Rule[] = [
  { group: '', resource: 'events', verbs: ['create'], missed: 'switches are not written as Events of the Service' },
  { group: '', resource: 'events', verbs: ['list'], missed: "Kubernetes' warnings about the pods are not shown" },
  {
    group: '',
    resource: 'resourcequotas',
    verbs: ['list'],
    missed: 'the room for a second environment is not checked',
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['list'],
    missed: 'autoscalers of the live slot are not noticed',
  },
];

function verbOf({ method }: Pick<HttpRequest, 'method'>): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
  }
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
