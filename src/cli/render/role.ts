/** A Role as YAML in which each rule that could be left out says what would be missed. */
import { stringify } from 'yaml';
import { neededRules } from '../../domain/permissions.ts';
import { asPolicy, type Role, type RoleBinding } from '../../domain/role.ts';
import type { Spec } from '../../domain/spec.ts';

export function renderRole(spec: Spec, { apiVersion, kind, metadata }: Role, binding: RoleBinding): string {
  const rules = neededRules(spec).flatMap((rule) => [
    ...(rule.missed === undefined ? [] : [`  # Without it, ${rule.missed}.`]),
    ...Object.entries(asPolicy(rule)).map(
      ([field, values], index) => `${index === 0 ? '  - ' : '    '}${field}: ${inLine(values)}`,
    ),
  ]);
  const head = stringify({ apiVersion, kind, metadata });
  return [head.trimEnd(), 'rules:', ...rules, '---', stringify(binding).trimEnd()].join('\n');
}

function inLine(values: unknown): string {
  const options = { collectionStyle: 'flow', flowCollectionPadding: false, singleQuote: true, lineWidth: 0 } as const;
  return stringify(values, options).trimEnd();
}
