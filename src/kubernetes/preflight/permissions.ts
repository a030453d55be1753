/** Whether this worker may do what the deployment will have to do. */
import type { Spec } from '../../domain/spec.ts';
import type { Cluster } from '../cluster.ts';

interface Rule {
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** What is missed without it; a rule without this is needed. */
  readonly missed?: string;
}

export interface Permissions {
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** The rules of the worker's role in the namespace, for this spec. */
function rulesFor(spec: Spec): Rule[] {
  const http = spec.access === 'proxy';
  const jobs = spec.smoke.checks.some((check) => 'job' in check);
  const tcp = spec.smoke.checks.some((check) => 'tcp' in check);
  return [
    { group: '', resource: 'services', verbs: ['get', 'list', 'watch', 'create', 'patch'] },
    { group: '', resource: 'pods', verbs: ['list', 'watch'] },
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
    { group: 'discovery.k8s.io', resource: 'endpointslices', verbs: ['list', 'watch'] },
    ...(http ? [{ group: '', resource: 'pods/proxy', verbs: ['get'] }] : []),
    ...(http ? [{ group: '', resource: 'services/proxy', verbs: ['get'] }] : []),
    ...(http && tcp ? [{ group: '', resource: 'pods/portforward', verbs: ['get'] }] : []),
    ...(jobs
      ? [{ group: 'batch', resource: 'jobs', verbs: ['get', 'list', 'watch', 'create', 'delete', 'deletecollection'] }]
      : []),
    {
      group: '',
      resource: 'pods/log',
      verbs: ['get'],
      missed: 'the last lines of containers that crash are not shown',
    },
    { group: '', resource: 'events', verbs: ['create'], missed: 'switches are not written as Events of the Service' },
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
}

/** Asks the API server about each rule: a needed one that is missing is a problem, any other a notice. */
export async function checkPermissions(cluster: Cluster, spec: Spec): Promise<Permissions> {
  const missing = (await Promise.all(rulesFor(spec).map((rule) => missingOf(cluster, spec.namespace, rule)))).filter(
    ({ verbs }) => verbs.length > 0,
  );
  const needed = missing.filter(({ missed }) => missed === undefined).map(asText);
  return {
    problems:
      needed.length === 0
        ? []
        : [
            `the worker lacks permissions in namespace "${spec.namespace}": add these rules to its role: ${needed.join(', ')}`,
          ],
    notices: missing.flatMap((rule) =>
      rule.missed === undefined ? [] : [`the worker's role lacks ${asText(rule)}: ${rule.missed}`],
    ),
  };
}

/** The rule with only the verbs that are not allowed. */
async function missingOf(cluster: Cluster, namespace: string, rule: Rule): Promise<Rule> {
  const allowed = await Promise.all(rule.verbs.map((verb) => isAllowed(cluster, namespace, { ...rule, verb })));
  return { ...rule, verbs: rule.verbs.filter((_, index) => allowed[index] !== true) };
}

function asText({ group, resource, verbs }: Rule): string {
  return JSON.stringify({ apiGroups: [group], resources: [resource], verbs });
}

async function isAllowed(
  cluster: Cluster,
  namespace: string,
  { group, resource, verb }: { readonly group: string; readonly resource: string; readonly verb: string },
): Promise<boolean> {
  const [kind, subresource] = resource.split('/');
  const review = await cluster.api.json<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          namespace,
          group,
          resource: kind,
          verb,
          ...(subresource === undefined ? {} : { subresource }),
        },
      },
    }),
  });
  return review.status?.allowed === true;
}
