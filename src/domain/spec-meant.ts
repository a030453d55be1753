/**
 * A spec with unknown fields as its user most likely meant it, so that what else is wrong is told along with them: a field that is
 * near to a known one stands for it, and any other is left out. Pure.
 */
import { pathParts } from './spec-path.ts';
import { fieldMeant, isUnknownField } from './spec-wording.ts';

interface Mistake {
  readonly path: string;
  readonly message: string;
}

/** null where more is wrong than unknown fields. */
export function inputAsMeant(input: unknown, mistakes: readonly Mistake[]): unknown {
  if (!mistakes.every(({ message }) => isUnknownField(message))) return null;
  return mistakes.reduce<unknown>(
    (meant, { path, message }) => renamed(meant, pathParts(path), fieldMeant(message)),
    input,
  );
}

/** A copy in which the field at `path` has the name `meant`; without it where there is none, or it is taken. */
function renamed(value: unknown, [part, ...rest]: readonly (string | number)[], meant: string | null): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === part ? renamed(item, rest, meant) : item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (name !== part) return [[name, inner]];
    if (rest.length > 0) return [[name, renamed(inner, rest, meant)]];
    return meant === null || Object.hasOwn(value, meant) ? [] : [[meant, inner]];
  });
  return Object.fromEntries(fields);
}
