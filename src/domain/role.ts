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

/** The Role with the rules that preflight checks, in the same order. */
export function roleOf(spec: Spec): Role {
  return { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: metadataOf(spec), rules: neededRules(spec).map(asPolicy) };
}

export function roleBindingOf(spec: Spec, subject: Subject): RoleBinding {
  const metadata = metadataOf(spec);
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

/** One Role an app, so that the apps of a namespace do not overwrite each other's. */
function metadataOf({ app, namespace }: Spec): Metadata {
  return { name: `cutover-${app}`, namespace, labels: { 'app.kubernetes.io/managed-by': 'cutover' } };
}
