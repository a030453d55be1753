/** Whether this worker may do what the deployment will have to do. */
import { neededRules, type Rule } from '../../domain/permissions.ts';
import { asPolicy } from '../../domain/role.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Cluster } from '../cluster.ts';

export interface Permissions {
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** Asks the API server about each rule: a needed one that is missing is a problem, any other a notice. */
export async function checkPermissions(cluster: Cluster, spec: Spec): Promise<Permissions> {
  const rules = neededRules(spec);
  const missing = (
    await Promise.all(rules.map((rule) => missingOf(cluster, rule.namespace ?? spec.namespace, rule)))
  ).flat();
  const needed = missing.filter(({ missed }) => missed === undefined);
  return {
    problems: [...new Set(needed.map(({ namespace = spec.namespace }) => namespace))].map((namespace) => {
      const there = needed.filter((rule) => (rule.namespace ?? spec.namespace) === namespace).map(asText);
      return `the worker lacks permissions in namespace "${namespace}": add these rules to its role (\`cutover role\` prints all of it): ${there.join(', ')}`;
    }),
    notices: missing.flatMap((rule) =>
      rule.missed === undefined ? [] : [`the worker's role lacks ${asText(rule)}: ${rule.missed}`],
    ),
  };
}

/** The rule with only the verbs, and the names, that are not allowed; nothing where all of it is. */
async function missingOf(cluster: Cluster, namespace: string, rule: Rule): Promise<Rule[]> {
  const { group, resource, verbs, names = [undefined] } = rule;
  const denied = await Promise.all(
    verbs.map(async (verb) => {
      const allowed = await Promise.all(
        names.map((name) => isAllowed(cluster, { namespace, group, resource, verb, name })),
      );
      return { verb, names: names.filter((_, index) => allowed[index] !== true) };
    }),
  );
  const lacking = denied.filter((one) => one.names.length > 0);
  if (lacking.length === 0) return [];
  const lackingNames = names.filter((name) => lacking.some((one) => one.names.includes(name)));
  const known = lackingNames.filter((name) => name !== undefined);
  return [{ ...rule, verbs: lacking.map(({ verb }) => verb), ...(known.length === 0 ? {} : { names: known }) }];
}

function asText(rule: Rule): string {
  return JSON.stringify(asPolicy(rule));
}

interface Access {
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name?: string | undefined;
}

/** Whether the API server would let this worker do it. */
export async function isAllowed(
  cluster: Cluster,
  { namespace, group, resource, verb, name }: Access,
): Promise<boolean> {
  const [kind, subresource] = resource.split('/');
  const review = await cluster.api.json<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      // JSON leaves out what is undefined.
      spec: { resourceAttributes: { namespace, group, resource: kind, subresource, verb, name } },
    }),
  });
  return review.status?.allowed === true;
}
