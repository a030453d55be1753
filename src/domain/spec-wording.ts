/** How a spec's mistakes are put into words: what the value has to be, and what it is instead. */
import { z } from 'zod';
import { nearest } from './spelling.ts';

type RawIssue = z.core.$ZodRawIssue;

/**
 * A zod error map: the sentence that follows the path; for unknown fields one line a field. Messages written in the
 * schema itself go first.
 */
export function wordIssue(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? wordMissing(issue)
        : `has to be ${wordExpected(issue)}, not ${wordValue(issue.input)}`;
    case 'invalid_value':
      return `has to be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}, not ${wordValue(issue.input)}`;
    case 'too_small':
      return wordTooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return wordTooBig(issue.origin, Number(issue.maximum));
    case 'invalid_format':
      return typeof issue.prefix === 'string' ? `has to start with "${issue.prefix}"` : undefined;
    case 'unrecognized_keys':
      return issue.keys.map((key) => wordUnknown(key, fieldsOf(issue.inst))).join('\n');
    case 'invalid_union':
      return `has to be a JSON value, not ${wordValue(issue.input)}`;
    default:
      return undefined;
  }
}

/** What a value is, briefly: `the number 300`, `the text "soon"`, `a list`. */
export function wordValue(value: unknown): string {
  if (value === null) return 'empty (null)';
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(clip(value, 40))}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    case 'object':
      return 'an object';
    default:
      return `a ${typeof value}`;
  }
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export function oneOf(choices: readonly string[]): string {
  const head = choices.slice(0, -1).join(', ');
  return head === '' ? (choices.at(-1) ?? '') : `${head} or ${choices.at(-1) ?? ''}`;
}

export function clip(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

type TypeIssue = Extract<RawIssue, { code: 'invalid_type' }>;

function wordMissing(issue: TypeIssue): string {
  const description = descriptionOf(issue.inst);
  return `is required: ${description ?? wordExpected(issue)}`;
}

function descriptionOf(inst: RawIssue['inst']): string | undefined {
  const description: unknown = inst !== undefined && 'description' in inst ? inst.description : undefined;
  return typeof description === 'string' ? description : undefined;
}

function fieldsOf(inst: RawIssue['inst']): string[] {
  return inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
}

/** Of a field that is none of the known ones. */
export function wordUnknown(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === null ? unknownField : `${unknownField}: did you mean ${meant}?`;
}

const unknownField = 'is not a known field';

/** Whether a mistake's message is about a field that there is not. */
export function isUnknownField(message: string): boolean {
  return message.startsWith(unknownField);
}

/** The known field that the message about an unknown one suggests, or null. */
export function fieldMeant(message: string): string | null {
  return /: did you mean (\w+)\?/.exec(message)?.[1] ?? null;
}

function wordExpected({ expected, inst }: TypeIssue): string {
  if (inst instanceof z.ZodNumber && inst.isInt) return 'a whole number';
  return typeNames[expected] ?? expected;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function wordTooSmall(origin: string, minimum: number): string {
  switch (origin) {
    case 'string':
      return minimum === 1 ? 'must not be empty' : `needs at least ${minimum} characters`;
    case 'array':
      return minimum === 1 ? 'needs at least one entry' : `needs at least ${minimum} entries`;
    default:
      return `has to be at least ${minimum}`;
  }
}

function wordTooBig(origin: string, maximum: number): string {
  switch (origin) {
    case 'string':
      return `may have ${maximum.toLocaleString('en-US')} characters at most`;
    case 'array':
      return `may have ${maximum.toLocaleString('en-US')} entries at most`;
    default:
      return `may be ${maximum.toLocaleString('en-US')} at most`;
  }
}
