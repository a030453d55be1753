/** Where a spec offers a choice between alternatives, and how to tell which of them a user meant. */
import type { z } from 'zod';
import { specSchema } from './spec.ts';
import { clip, oneOf, wordUnknown, wordValue } from './spec-wording.ts';
import { nearest } from './spelling.ts';

type Meant =
  | {
      readonly ok: true;
      readonly schema: z.ZodType;
      /** Why a field that belongs to another alternative does not go here. */
      readonly explain?: (key: string) => string | undefined;
    }
  /** `field` is the one of the value that is wrong, where it is not the whole. */
  | { readonly ok: false; readonly message: string; readonly field?: string };

export interface Choice {
  readonly path: readonly PropertyKey[];
  meant(value: unknown): Meant;
}

/** The outermost choice that a path leads into, or null. */
export function choiceAt(path: readonly PropertyKey[]): Choice | null {
  for (const { at, meant } of choices) {
    const reached = at.every((part, index) => (part === '[]' ? typeof path[index] === 'number' : part === path[index]));
    if (reached && path.length >= at.length) return { path: path.slice(0, at.length), meant };
  }
  return null;
}

const { shape } = specSchema;
const [fromManifest, fromImage] = shape.candidate.options;
const [http, tcp, job] = shape.smoke.unwrap().shape.checks.unwrap().element.options;
const [byHeader, byJson] = shape.cutover.unwrap().shape.verify.unwrap().shape.identity.unwrap().options;
const [, fromPrometheus, fromPods] = shape.metrics.unwrap().options;
const [byQuery, byAnswer, byJob] = shape.monitor.unwrap().shape.checks.unwrap().element.options;
const [serverByUrl, serverByService] = shape.prometheus.unwrap().options;
const [, comparisonFields] = shape.monitor.unwrap().shape.comparison.unwrap().options;

const choices: { at: readonly string[]; meant: (value: unknown) => Meant }[] = [
  { at: ['candidate'], meant: candidate },
  { at: ['smoke', 'checks', '[]'], meant: byField({ http, tcp, job }) },
  { at: ['cutover', 'verify', 'identity'], meant: byField({ header: byHeader, json: byJson }) },
  { at: ['metrics'], meant: metrics },
  { at: ['soak', 'checks', '[]'], meant: byField({ prometheus: byQuery, http: byAnswer, job: byJob }) },
  { at: ['monitor', 'checks', '[]'], meant: byField({ prometheus: byQuery, http: byAnswer, job: byJob }) },
  { at: ['prometheus'], meant: byField({ url: serverByUrl, service: serverByService }) },
  { at: ['soak', 'comparison'], meant: noneOr(comparisonFields) },
  { at: ['monitor', 'comparison'], meant: noneOr(comparisonFields) },
];

function candidate(value: unknown): Meant {
  if (value === undefined) return { ok: false, message: 'is required: give either "image" or "manifest"' };
  if (!isObject(value))
    return { ok: false, message: `has to be an object with "image" or "manifest", not ${wordValue(value)}` };
  if (Object.hasOwn(value, 'manifest')) {
    const patch = 'goes with "image" alone: change the manifest itself';
    return { ok: true, schema: fromManifest, explain: (key) => (key === 'patch' ? patch : undefined) };
  }
  if (Object.hasOwn(value, 'image')) return { ok: true, schema: fromImage };
  return misspelt(value, ['image', 'manifest']) ?? { ok: false, message: 'give either "image" or "manifest"' };
}

function metrics(value: unknown): Meant {
  const asksServer = isObject(value) && Object.hasOwn(value, 'prometheus');
  return noneOr(asksServer ? fromPrometheus : fromPods)(value);
}

function noneOr(schema: z.ZodType): (value: unknown) => Meant {
  return (value) => {
    if (isObject(value)) return { ok: true, schema };
    return { ok: false, message: `has to be "none" or an object, not ${wordValue(value)}` };
  };
}

/** The alternatives of which each has a field that names it. */
function byField(alternatives: Readonly<Record<string, z.ZodObject>>): (value: unknown) => Meant {
  const names = Object.keys(alternatives).map((name) => `"${name}"`);
  return (value) => {
    if (!isObject(value))
      return { ok: false, message: `has to be an object with ${oneOf(names)}, not ${wordValue(value)}` };
    const given = Object.entries(alternatives).filter(([name]) => Object.hasOwn(value, name));
    const [first, second] = given;
    if (first === undefined) return noneOf(alternatives, value);
    if (second !== undefined) {
      return { ok: false, message: `give only one of ${oneOf(given.map(([name]) => `"${name}"`))}` };
    }
    return { ok: true, schema: first[1] };
  };
}

/** Names the field that stands where one of the alternatives should. */
function noneOf(alternatives: Readonly<Record<string, z.ZodObject>>, value: object): Meant {
  const names = Object.keys(alternatives);
  const known = new Set(Object.values(alternatives).flatMap(({ shape: fields }) => Object.keys(fields)));
  const unknown = Object.keys(value).find((name) => !known.has(name));
  const instead = unknown === undefined ? '' : `, in place of ${JSON.stringify(clip(unknown, 40))}`;
  const message = `give one of ${oneOf(names.map((name) => `"${name}"`))}${instead}`;
  return misspelt(value, names) ?? { ok: false, message };
}

/** The field of the value that was to name the alternative, or null. */
function misspelt(value: object, names: readonly string[]): Meant | null {
  for (const field of Object.keys(value)) {
    const meant = nearest(field, names);
    if (meant !== null) return { ok: false, message: wordUnknown(field, names), field };
  }
  return null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
