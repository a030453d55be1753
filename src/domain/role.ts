/** The worker's Role for one app, and who is bound to it, as Kubernetes manifests. */
import { neededRules, type Rule } from './permissions.ts';
import type { Spec } from './spec.ts';

/** Who the worker is to the API server. */
export type Subject =
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'User'; readonly name: string };

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const rbac = 'rbac.authorization.k8s.io';

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Role {
  readonly apiVersion: string;
  readonly kind: 'Role';
  readonly metadata: Metadata;
  readonly rules: readonly PolicyRule[];
}

export interface RoleBinding {
  readonly apiVersion: string;
  readonly kind: 'RoleBinding';
  readonly metadata: Metadata;
  readonly roleRef: { readonly apiGroup: string; readonly kind: 'Role'; readonly name: string };
  readonly subjects: readonly (Subject & { readonly apiGroup?: string })[];
}

/** The Role in the app's namespace, with the rules that preflight checks, in the same order. */
export function roleOf(spec: Spec): Role {
  return roleIn(spec, spec.namespace);
}

/** One Role a namespace that the spec is about: the app's first. */
export function rolesOf(spec: Spec): Role[] {
  return namespacesOf(spec).map((namespace) => roleIn(spec, namespace));
}

export function roleBindingOf(spec: Spec, subject: Subject): RoleBinding {
  return roleBindingIn(spec, spec.namespace, subject);
}

/** One a Role, in the order of `rolesOf`. */
export function roleBindingsOf(spec: Spec, subject: Subject): RoleBinding[] {
  return namespacesOf(spec).map((namespace) => roleBindingIn(spec, namespace, subject));
}

/** The rules of one of its namespaces. */
export function rulesIn(spec: Spec, namespace: string): Rule[] {
  return neededRules(spec).filter((rule) => (rule.namespace ?? spec.namespace) === namespace);
}

function namespacesOf(spec: Spec): string[] {
  return [...new Set([spec.namespace, ...neededRules(spec).flatMap((rule) => rule.namespace ?? [])])];
}

function roleIn(spec: Spec, namespace: string): Role {
  const metadata = metadataOf(spec, namespace);
  return { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: rulesIn(spec, namespace).map(asPolicy) };
}

function roleBindingIn(spec: Spec, namespace: string, subject: Subject): RoleBinding {
  const metadata = metadataOf(spec, namespace);
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: rbac, kind: 'Role', name: metadata.name },
    subjects: [subject.kind === 'User' ? { ...subject, apiGroup: rbac } : subject],
  };
}

/** The rule as it stands in a Role. */
export function asPolicy({ group, resource, verbs, names }: Rule): PolicyRule {
  const resourceNames = names === undefined ? {} : { resourceNames: names };
  return { apiGroups: [group], resources: [resource], ...resourceNames, verbs };
}

/** One Role an app, so that the apps of a namespace do not overwrite each other's; elsewhere apps of several namespaces meet. */
function metadataOf({ app, namespace: own }: Spec, namespace: string): Metadata {
  const name = namespace === own ? `cutover-${app}` : `cutover-${own}-${app}`;
  return { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'cutover' } };
}
