/** A Role as YAML in which each rule that could be left out says what would be missed. */
import { stringify } from 'yaml';
import { asPolicy, rulesIn, type Role, type RoleBinding } from '../../domain/role.ts';
import type { Spec } from '../../domain/spec.ts';

/** The Roles and their bindings, in the same order, as documents of one file. */
export function renderRoles(spec: Spec, roles: readonly Role[], bindings: readonly RoleBinding[]): string {
  return roles
    .map((role, index) => [
      renderRole(spec, role),
      ...bindings.slice(index, index + 1).map((one) => stringify(one).trimEnd()),
    ])
    .flat()
    .join('\n---\n');
}

function renderRole(spec: Spec, { apiVersion, kind, metadata }: Role): string {
  const rules = rulesIn(spec, metadata.namespace).flatMap((rule) => [
    ...(rule.missed === undefined ? [] : [`  # Without it, ${rule.missed}.`]),
    ...Object.entries(asPolicy(rule)).map(
      ([field, values], index) => `${index === 0 ? '  - ' : '    '}${field}: ${inLine(values)}`,
    ),
  ]);
  const head = stringify({ apiVersion, kind, metadata });
  return [head.trimEnd(), 'rules:', ...rules].join('\n');
}

function inLine(values: unknown): string {
  const options = { collectionStyle: 'flow', flowCollectionPadding: false, singleQuote: true, lineWidth: 0 } as const;
  return stringify(values, options).trimEnd();
}
