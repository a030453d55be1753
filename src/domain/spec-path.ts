/** Paths in a spec as people read them: `smoke.checks[0].http`. */
import { clip } from './spec-wording.ts';

/** `['smoke', 'checks', 0, 'http']` → `smoke.checks[0].http`; names with other characters are quoted. */
export function renderPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part);
    if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${text}[${JSON.stringify(clip(name, 60))}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** The parts of a rendered path: `smoke.checks[0].http` → `['smoke', 'checks', 0, 'http']`. */
export function pathParts(path: string): (string | number)[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (name ?? '') : String(JSON.parse(`"${quoted}"`));
  });
}

/** What stands at a path of a document of any shape; undefined where there is nothing. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
