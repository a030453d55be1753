/** Whether this worker may do what the deployment will have to do. */
import type { Spec } from '../../domain/spec.ts';
import type { Cluster } from '../cluster.ts';

interface Rule {
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly verbs: readonly string[];
}

/** The rules that the worker's role needs in the namespace, for this spec. */
export function neededRules(spec: Spec): Rule[] {
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
    ...(jobs ? [{ group: 'batch', resource: 'jobs', verbs: ['get', 'list', 'watch', 'create', 'delete'] }] : []),
  ];
}

/** One sentence with the rules that are missing, or nothing. */
export async function permissionProblems(cluster: Cluster, spec: Spec): Promise<string[]> {
  const asked = neededRules(spec).flatMap(({ verbs, ...rule }) => verbs.map((verb) => ({ ...rule, verb })));
  const answers = await Promise.all(
    asked.map(async (access) => ({ ...access, allowed: await isAllowed(cluster, spec.namespace, access) })),
  );
  const missing = new Map<string, { group: string; resource: string; verbs: string[] }>();
  for (const { group, resource, verb } of answers.filter(({ allowed }) => !allowed)) {
    const key = `${group}/${resource}`;
    const rule = missing.get(key) ?? { group, resource, verbs: [] };
    rule.verbs.push(verb);
    missing.set(key, rule);
  }
  if (missing.size === 0) return [];
  const rules = [...missing.values()].map(({ group, resource, verbs }) =>
    JSON.stringify({ apiGroups: [group], resources: [resource], verbs }),
  );
  return [
    `the worker lacks permissions in namespace "${spec.namespace}": add these rules to its role: ${rules.join(', ')}`,
  ];
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
