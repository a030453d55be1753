/** Limits on a document of unknown origin, so that reading it can neither overflow the stack nor take for ever. */

export interface OutOfBounds {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const deepest = 64;
const mostValues = 50_000;

/** What makes a document unfit to be looked at any further, or null. Also ends on documents that contain themselves. */
export function outOfBounds(document: unknown): OutOfBounds | null {
  const waiting: { value: unknown; path: readonly PropertyKey[] }[] = [{ value: document, path: [] }];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    seen += 1;
    if (seen > mostValues) return { path: [], message: `has more than ${mostValues} values` };
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > deepest) return { path: path.slice(0, 3), message: `is nested more than ${deepest} levels deep` };
    if (Object.hasOwn(value, '__proto__')) return { path, message: '"__proto__" cannot be the name of a field' };
    const children: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [key, child] of children.slice(0, mostValues + 1)) waiting.push({ value: child, path: [...path, key] });
  }
  return null;
}
