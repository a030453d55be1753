/**
 * Reads a spec of unknown origin and reports every mistake at once, each with its path.
 *
 * 1. Any input gives a spec or mistakes, never an exception.
 * 2. Where a spec offers a choice, the mistakes are about the alternative that the user began to write.
 */
import type { z } from 'zod';
import { outOfBounds } from './input-limits.ts';
import { specSchema, type Spec } from './spec.ts';
import { choiceAt, type Choice } from './spec-choices.ts';
import { contradictionsIn } from './spec-contradictions.ts';
import { inputAsMeant } from './spec-meant.ts';
import { renderPath, valueAt } from './spec-path.ts';
import { clip, wordIssue, wordValue } from './spec-wording.ts';

/** One thing that is wrong with a spec, and where in the file. */
export interface SpecMistake {
  /** For example `smoke.checks[0].http.path`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

export type ParsedSpec =
  { readonly ok: true; readonly spec: Spec } | { readonly ok: false; readonly mistakes: SpecMistake[] };

const mostMistakes = 50;
const longestMessage = 300;
const longestPath = 200;

/** Parses a spec; at most fifty mistakes, in the order of the schema, and then what contradicts itself. */
export function parseSpec(input: unknown): ParsedSpec {
  const parsed = parseRecordedSpec(input);
  const spec = parsed.ok ? parsed.spec : specAsMeant(input, parsed.mistakes);
  const contradictions = spec === null ? [] : contradictionsIn(spec);
  if (contradictions.length === 0) return parsed;
  const mistakes = contradictions.map(({ path, message }) => ({ path: renderPath(path), message }));
  return { ok: false, mistakes: bounded(parsed.ok ? mistakes : [...parsed.mistakes, ...mistakes]) };
}

/** null where more is wrong than unknown fields, so that nothing can be said of the whole. */
function specAsMeant(input: unknown, mistakes: readonly SpecMistake[]): Spec | null {
  const meant = specSchema.safeParse(inputAsMeant(input, mistakes));
  return meant.success ? meant.data : null;
}

/**
 * Parses the spec of a deployment that has begun: what contradicts itself is taken as it is, lest a rule that is newer
 * than the deployment stand in the way of its rollback.
 */
export function parseRecordedSpec(input: unknown): ParsedSpec {
  const bounds = outOfBounds(input);
  if (bounds !== null) return { ok: false, mistakes: bounded([{ ...bounds, path: renderPath(bounds.path) }]) };
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, mistakes: [{ path: '', message: `a spec has to be an object, not ${wordValue(input)}` }] };
  }
  const parsed = specSchema.safeParse(input, { error: wordIssue });
  if (parsed.success) return { ok: true, spec: parsed.data };
  return { ok: false, mistakes: bounded([...reread(parsed.error.issues, input), ...usedTwice(input)]) };
}

/** One line a mistake, as the CLI and a refused workflow show it. */
export function describeMistakes(mistakes: readonly SpecMistake[]): string {
  return mistakes.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n');
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The mistakes behind zod's issues; what lies in a choice is read again as the alternative that was meant. */
function reread(issues: readonly Issue[], input: unknown): SpecMistake[] {
  const choices = new Map<string, SpecMistake[]>();
  return issues.flatMap((issue) => {
    const choice = choiceAt(issue.path);
    if (choice === null) return mistakesOf(issue, []);
    const key = renderPath(choice.path);
    if (choices.has(key)) return [];
    const mistakes = choiceMistakes(choice, valueAt(input, choice.path));
    choices.set(key, mistakes);
    return mistakes;
  });
}

function choiceMistakes(choice: Choice, value: unknown): SpecMistake[] {
  const meant = choice.meant(value);
  if (!meant.ok) {
    const path = meant.field === undefined ? choice.path : [...choice.path, meant.field];
    return [{ path: renderPath(path), message: meant.message }];
  }
  const parsed = meant.schema.safeParse(value, { error: wordIssue });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => mistakesOf(issue, choice.path, meant.explain));
}

function mistakesOf(issue: Issue, prefix: Path, explain?: (key: string) => string | undefined): SpecMistake[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.slice(0, mostMistakes + 1).map((key, index) => ({
      path: renderPath([...path, key]),
      message: explain?.(key) ?? messages[index] ?? 'is not a known field',
    }));
  }
  return [{ path: renderPath(path), message: issue.message }];
}

/** Of what is no spec yet; those of a spec are among its contradictions. */
function usedTwice(input: unknown): SpecMistake[] {
  return ['smoke', 'soak', 'monitor'].flatMap((step) => {
    const checks = valueAt(input, [step, 'checks']);
    if (!Array.isArray(checks)) return [];
    const names = checks.slice(0, mostMistakes).map((check: unknown) => valueAt(check, ['name']));
    return names.flatMap((name, index) =>
      typeof name === 'string' && names.indexOf(name) !== index
        ? [{ path: renderPath([step, 'checks', index, 'name']), message: 'is used by two checks' }]
        : [],
    );
  });
}

function bounded(mistakes: readonly SpecMistake[]): SpecMistake[] {
  const seen = new Set<string>();
  const different = mistakes.filter(({ path, message }) => {
    const key = `${path}\n${message}`;
    return !seen.has(key) && seen.add(key);
  });
  const shown = different
    .slice(0, mostMistakes)
    .map(({ path, message }) => ({ path: clip(path, longestPath), message: clip(message, longestMessage) }));
  const more = different.length - shown.length;
  return more === 0 ? shown : [...shown, { path: '', message: 'and more: mend these first' }];
}
