/** JSON patches as the API server takes them: all or nothing. */
import type { PatchOperation } from '../../../src/kubernetes/service-patch.ts';

/** Gives the patched copy, or says which operation does not hold. */
export function applyPatch<T>(
  target: T,
  operations: readonly PatchOperation[],
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly path: string } {
  const value = structuredClone(target);
  for (const operation of operations)
    if (!applyOne(value as object, operation)) return { ok: false, path: operation.path };
  return { ok: true, value };
}

function applyOne(target: object, operation: PatchOperation): boolean {
  const parts = operation.path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  let parent = target as Record<string, unknown>;
  for (const part of parts) {
    const next = parent[part];
    if (typeof next !== 'object' || next === null) return false;
    parent = next as Record<string, unknown>;
  }
  switch (operation.op) {
    case 'test':
      return JSON.stringify(parent[last]) === JSON.stringify(operation.value);
    case 'replace':
      if (!(last in parent)) return false;
      parent[last] = operation.value;
      return true;
    case 'add':
      parent[last] = operation.value;
      return true;
    case 'remove':
      return last in parent && Reflect.deleteProperty(parent, last);
  }
}

/** What server-side apply by one manager comes to where nobody else manages the same fields. */
export function mergeApply(live: unknown, wanted: unknown): unknown {
  if (!isRecord(live) || !isRecord(wanted)) return structuredClone(wanted);
  const merged: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(wanted)) merged[name] = mergeApply(live[name], value);
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
