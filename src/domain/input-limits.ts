/**
 * Limits on a document of unknown origin, so that reading it can neither overflow the stack nor take for ever, and that it
 * fits into a history that has it many times over.
 */
import { largest } from './bounds.ts';
import { bytesOfJson } from './json-size.ts';

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
    if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
      return { path, message: `has to be a JSON value, not a ${typeof value}` };
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > deepest) return { path: path.slice(0, 3), message: `is nested more than ${deepest} levels deep` };
    if (Object.hasOwn(value, '__proto__')) return { path, message: '"__proto__" cannot be the name of a field' };
    const children: [PropertyKey, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [key, child] of children.slice(0, mostValues + 1)) waiting.push({ value: child, path: [...path, key] });
  }
  return tooLarge(document);
}

/** Names the part that is most of what is too much. */
function tooLarge(document: unknown): OutOfBounds | null {
  const bytes = bytesOfJson(document);
  if (bytes <= largest.spec) return null;
  let heaviest: { path: readonly PropertyKey[]; value: unknown; bytes: number } = { path: [], value: document, bytes };
  for (;;) {
    const { path, value } = heaviest;
    const part = partsOf(value).find(([, child]) => bytesOfJson(child) > bytes / 2);
    if (part === undefined) break;
    const [key, child] = part;
    heaviest = { path: [...path, key], value: child, bytes: bytesOfJson(child) };
  }
  const whole = heaviest.path.length === 0 ? '' : `, of the ${bytes} of the whole spec`;
  const message = `has ${heaviest.bytes} bytes${whole}; a spec may have ${largest.spec} as JSON: move what is long into a ConfigMap or an image`;
  return { path: heaviest.path, message };
}

function partsOf(value: unknown): [PropertyKey, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? [...value.entries()] : Object.entries(value);
}
