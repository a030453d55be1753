/** JSON patches (RFC 6902) as the API server applies them: all operations or none. */
import { isDeepStrictEqual } from 'node:util';
import { Refusal } from './refusal.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

/** A patched copy. Throws a Refusal: 400 for what is no patch, 422 where an operation cannot be done. */
export function applyJsonPatch(object: object, patch: unknown): object {
  if (!Array.isArray(patch)) throw new Refusal('BadRequest', 'error decoding patch: it is no list of operations');
  const patched = structuredClone(object);
  for (const operation of patch as Operation[]) applyOne(patched as Container, operation);
  return patched;
}

function applyOne(root: Container, { op, path, value }: Operation): void {
  const parts = path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  const parent = walk(root, parts);
  switch (op) {
    case 'test':
      if (isDeepStrictEqual(parent === null ? undefined : get(parent, last), value ?? undefined)) return;
      throw refused(`testing value ${path} failed`);
    case 'add':
      if (parent === null) throw refused(`add operation does not apply: doc is missing path: "${path}"`);
      add(parent, last, value);
      return;
    case 'replace':
      // The API server's library takes a missing key of a map for one to add.
      if (parent === null || (Array.isArray(parent) && get(parent, last) === undefined)) {
        throw refused(`replace operation does not apply: doc is missing key: ${path}`);
      }
      set(parent, last, value);
      return;
    case 'remove':
      if (parent === null || get(parent, last) === undefined) {
        throw refused(`remove operation does not apply: doc is missing key: ${path}`);
      }
      remove(parent, last);
      return;
    default:
      throw refused(`unexpected kind: ${op}`);
  }
}

function refused(why: string): Refusal {
  return new Refusal('Invalid', `the server rejected our request due to an error in our request: ${why}`);
}

function walk(root: Container, parts: readonly string[]): Container | null {
  let at: Container = root;
  for (const part of parts) {
    const next = get(at, part);
    if (typeof next !== 'object' || next === null) return null;
    at = next as Container;
  }
  return at;
}

function get(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[Number(key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function set(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else container[key] = value;
}

function add(container: Container, key: string, value: unknown): void {
  if (!Array.isArray(container)) container[key] = value;
  else container.splice(key === '-' ? container.length : Number(key), 0, value);
}

function remove(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else Reflect.deleteProperty(container, key);
}
