/** The mistakes of a spec file: where each is, in which order, and how they are told. Pure. */
import { pathParts, valueAt } from '../domain/spec-path.ts';
import type { Spec } from '../domain/spec.ts';
import type { SpecMistake } from '../domain/spec-mistakes.ts';

/** A mistake in a spec file, and in which file and line of it. */
export interface FileMistake extends SpecMistake {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** One line a mistake: `deploy.yaml:12: soak.duration: write a duration such as …`. */
export function describeFileMistakes(mistakes: readonly FileMistake[]): string {
  return mistakes
    .map(({ file, line, column, path, message }) => {
      const place = [file, line, column].filter((part) => part !== null).join(':');
      return [place, path, message].filter((part) => part !== '').join(': ');
    })
    .join('\n');
}

/** File by file, and what is on no line at the end of each. */
export function byLine(mistakes: readonly FileMistake[]): FileMistake[] {
  const files = [...new Set(mistakes.map(({ file }) => file))];
  const lineOf = ({ line }: FileMistake): number => line ?? Number.MAX_SAFE_INTEGER;
  return mistakes.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || lineOf(a) - lineOf(b));
}

/**
 * A mistake that is on no line, since it is about all of the spec, or about a default, which is said then. null where there is
 * a line: of the field, or of what it would stand in.
 */
export function ofNoLine(
  mistake: SpecMistake,
  file: string,
  { spec, input }: { readonly spec: Spec; readonly input: unknown },
): FileMistake | null {
  const path = pathParts(mistake.path);
  const place = { file, line: null, column: null };
  if (path.length === 0) return { ...mistake, ...place };
  if (valueAt(input, path) !== undefined || valueAt(spec, path) === undefined) return null;
  return { ...mistake, message: `(the default) ${mistake.message}`, ...place };
}
