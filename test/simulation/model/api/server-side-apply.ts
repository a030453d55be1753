/**
 * Server-side apply: what a manager applies is what it owns, and what it owned and applies no longer goes.
 *
 * The owners are kept beside the objects: nobody reads managedFields.
 */
import { isDeepStrictEqual } from 'node:util';
import { fieldsOf, isGranular, isPlain, itemKey, keysOf, separator, type Plain } from './field-sets.ts';
import { Refusal } from './refusal.ts';

/** The fields of each manager, of one object. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

export interface Applied {
  readonly object: Plain;
  readonly owners: Owners;
}

interface Apply {
  readonly live: Plain;
  readonly applied: Plain;
  readonly owners: Owners;
  readonly manager: string;
  readonly force: boolean;
}

/** The object and its owners after an apply. Throws a Refusal (409) for what others own, unless it is forced. */
export function serverSideApply({ live, applied, owners, manager, force }: Apply): Applied {
  const fields = fieldsOf(managed(applied));
  const taken = takenBy(fields, fieldsOf(managed(live)), owners, manager);
  if (taken.length > 0 && !force) {
    throw new Refusal('Conflict', `Apply failed with ${taken.length} conflicts: ${taken.join('; ')}`);
  }
  const others = [...owners].filter(([name]) => name !== manager);
  const kept = new Set(others.flatMap(([, own]) => [...own]));
  const given = [...(owners.get(manager) ?? [])].filter((path) => !fields.has(path) && !kept.has(path));
  const object = withoutFields(merge('', live, applied) as Plain, given);
  const changed = new Set(taken.map((one) => one.split(' by ', 1)[0] ?? ''));
  return {
    object,
    owners: new Map([
      ...others.map(([name, own]) => [name, new Set([...own].filter((path) => !changed.has(path)))] as const),
      [manager, new Set(fields.keys())],
    ]),
  };
}

/** The owners after a manager has changed an object in any other way. */
export function ownersAfterUpdate(owners: Owners, manager: string, before: Plain, after: Plain): Owners {
  const old = fieldsOf(managed(before));
  const changed = [...fieldsOf(managed(after))].filter(([path, value]) => !isDeepStrictEqual(old.get(path), value));
  const paths = new Set(changed.map(([path]) => path));
  const next = new Map<string, ReadonlySet<string>>();
  for (const [name, own] of owners) next.set(name, new Set([...own].filter((path) => !paths.has(path))));
  next.set(manager, new Set([...(next.get(manager) ?? []), ...paths]));
  return next;
}

/** Identity and status are nobody's. */
function managed(object: Plain): Plain {
  const { metadata, spec, data } = object;
  const { labels, annotations } = isPlain(metadata) ? metadata : {};
  return JSON.parse(JSON.stringify({ metadata: { labels, annotations }, spec, data })) as Plain;
}

function takenBy(
  fields: ReadonlyMap<string, unknown>,
  live: ReadonlyMap<string, unknown>,
  owners: Owners,
  manager: string,
): string[] {
  const differing = [...fields].filter(([path, value]) => live.has(path) && !isDeepStrictEqual(live.get(path), value));
  return differing.flatMap(([path]) => {
    const owner = [...owners].find(([name, own]) => name !== manager && own.has(path));
    return owner === undefined ? [] : [`${path} by ${owner[0]}`];
  });
}

function merge(name: string, live: unknown, applied: unknown): unknown {
  if (isGranular(name, live) && isGranular(name, applied)) {
    const merged: Plain = { ...live };
    for (const [key, value] of Object.entries(applied)) merged[key] = merge(key, live[key], value);
    return merged;
  }
  if (!Array.isArray(live) || !Array.isArray(applied)) return applied;
  const keys = keysOf(name, [...(live as unknown[]), ...(applied as unknown[])]);
  if (keys === null) return applied;
  const known = new Map(live.map((item: unknown) => [itemKey(item, keys), item]));
  const merged = applied.map((item: unknown) => merge('', known.get(itemKey(item, keys)), item));
  const named = new Set(applied.map((item: unknown) => itemKey(item, keys)));
  return [...merged, ...live.filter((item: unknown) => !named.has(itemKey(item, keys)))];
}

/** Without the fields at these paths, and without the list items that have lost their key with them. */
function withoutFields(object: Plain, paths: readonly string[]): Plain {
  let result: unknown = object;
  for (const path of paths) result = without('', result, path.split(separator).slice(1));
  return result as Plain;
}

function without(name: string, value: unknown, [part = '', ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) {
    const keys = keysOf(name, value) ?? [];
    const items = value.map((item: unknown) => (itemKey(item, keys) === part ? without('', item, rest) : item));
    return items.filter((item) => isPlain(item) && keys.every((key) => key === 'protocol' || Object.hasOwn(item, key)));
  }
  if (!isPlain(value) || !Object.hasOwn(value, part)) return value;
  const { [part]: gone, ...others } = value;
  const left = rest.length === 0 ? undefined : without(part, gone, rest);
  return left === undefined || (Array.isArray(left) && left.length === 0) ? others : { ...others, [part]: left };
}
