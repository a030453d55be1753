import type { z } from 'zod';
import { specSchema, type Spec } from './spec.ts';

/** One thing that is wrong with a spec, and where in the file. */
export interface SpecMistake {
  /** For example `smoke.checks[0].http.path`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

export type ParsedSpec =
  { readonly ok: true; readonly spec: Spec } | { readonly ok: false; readonly mistakes: SpecMistake[] };

/** Parses a spec of unknown origin and reports every mistake at once. */
export function parseSpec(input: unknown): ParsedSpec {
  const parsed = specSchema.safeParse(input);
  if (parsed.success) return { ok: true, spec: parsed.data };
  return { ok: false, mistakes: parsed.error.issues.flatMap((issue) => mistakesOf(issue, [])) };
}

/** One line a mistake, as the CLI and a refused workflow show it. */
export function describeMistakes(mistakes: readonly SpecMistake[]): string {
  return mistakes.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n');
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function mistakesOf(issue: Issue, prefix: Path): SpecMistake[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: renderPath([...path, key]), message: 'is not a known field' }));
    case 'invalid_union':
      return nearestBranch(issue.errors, path) ?? [{ path: renderPath(path), message: issue.message }];
    case 'invalid_type':
      return [{ path: renderPath(path), message: describeType(issue) }];
    default:
      return [{ path: renderPath(path), message: issue.message }];
  }
}

/** Of a union's alternatives the user most likely meant the one whose mistakes lie deepest, then the one with fewest. */
function nearestBranch(branches: Issue[][], path: Path): SpecMistake[] | undefined {
  const depth = (branch: Issue[]): number => Math.min(...branch.map((issue) => issue.path.length));
  const strangeKeys = (branch: Issue[]): number =>
    branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
  const [nearest] = branches
    .filter((branch) => branch.length > 0)
    .sort((a, b) => strangeKeys(a) - strangeKeys(b) || a.length - b.length || depth(b) - depth(a));
  return nearest?.flatMap((issue) => mistakesOf(issue, path));
}

function describeType(issue: Extract<Issue, { code: 'invalid_type' }>): string {
  return issue.input === undefined ? `is required (${issue.expected})` : issue.message;
}

function renderPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
