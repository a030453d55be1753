/** Puts the errors of one look with the templates that they belong to: stable's first, so that they are the known ones. Pure. */
import type { ErrorGroup } from './digest.ts';
import { newTemplate, type ErrorTemplate } from './error-template.ts';
import type { LogsLook, PodLog } from './reading.ts';
import { anyWord, TemplateTree, wordsOf, type Template } from './template-tree.ts';

/** JSON. */
export interface KnownErrors {
  readonly templates: readonly ErrorTemplate[];
  /** Of stable's errors for which there was no room, what tells them from others. */
  readonly alsoKnown: readonly string[];
  /** Whether there were more of these than can be kept, so that it cannot be told what is new. */
  readonly isOverfull: boolean;
}

export interface FiledErrors extends KnownErrors {
  /** How many lines this look added to each template during the watch, by its place. */
  readonly now: ReadonlyMap<number, { readonly candidate: number; readonly stable: number }>;
  /** How many errors of the candidate belong to none. */
  readonly unfiled: number;
}

/** Stable leaves room for what is new in the candidate. */
const most = { ofStable: 20, together: 30, alsoKnown: 150 } as const;
/** Where there is no room left, so many rare ones of the candidate make some. */
const forgotten = 5;
const podsNamed = 3;
const charactersOfTemplate = 180;
const charactersOfSample = 160;

export function fileErrors(state: KnownErrors, look: LogsLook): FiledErrors {
  const filing = new Filing(state);
  for (const { errors } of look.stable?.pods ?? []) filing.stable(errors, look.startedAt);
  for (const pod of look.candidate?.pods ?? []) filing.candidate(pod);
  return filing.result();
}

class Filing {
  readonly #tree: TemplateTree;
  readonly #templates: ErrorTemplate[];
  readonly #now = new Map<number, { candidate: number; stable: number }>();
  readonly #pods = new Map<number, Set<string>>();
  readonly #alsoKnown: Set<string>;
  #isOverfull: boolean;
  #unfiled = 0;

  constructor({ templates, alsoKnown, isOverfull }: KnownErrors) {
    this.#templates = withRoom(templates);
    this.#tree = new TemplateTree(this.#templates.map(({ text }) => text.split(' ')));
    this.#alsoKnown = new Set(alsoKnown);
    this.#isOverfull = isOverfull;
  }

  stable(errors: readonly ErrorGroup[], startedAt: number): void {
    for (const group of errors) {
      const index = this.#place(group, most.ofStable);
      if (index === null) {
        this.#remember(group.text);
        continue;
      }
      const before = group.times.filter((time) => time < startedAt).length;
      const during = group.times.length - before;
      this.#change(index, (one) => ({ ...one, stable: one.stable + during, before: one.before + before }));
      this.#count(index, { candidate: 0, stable: during });
    }
  }

  candidate({ name, errors }: PodLog): void {
    for (const group of errors) {
      const index = this.#alsoKnown.has(fingerprint(group.text)) ? null : this.#place(group, most.together);
      if (index === null) this.#unfiled += group.times.length;
      else this.#addTo(index, name, group);
    }
  }

  result(): FiledErrors {
    const templates = this.#templates.map((template, index) => {
      const text = (this.#tree.templates[index] ?? []).join(' ');
      return { ...template, text, podCount: Math.max(template.podCount, this.#pods.get(index)?.size ?? 0) };
    });
    const [alsoKnown, isOverfull, unfiled] = [[...this.#alsoKnown], this.#isOverfull, this.#unfiled];
    return { templates, now: this.#now, alsoKnown, isOverfull, unfiled };
  }

  #addTo(index: number, pod: string, { times, sample }: ErrorGroup): void {
    const first = Math.min(...times);
    this.#change(index, (one) => {
      const pods = one.pods.includes(pod) || one.pods.length >= podsNamed ? one.pods : [...one.pods, pod];
      return {
        ...one,
        sample: one.candidate === 0 ? sample.slice(0, charactersOfSample) : one.sample,
        firstAt: Math.min(first, one.firstAt ?? first),
        candidate: one.candidate + times.length,
        pods,
        podCount: Math.max(one.podCount, pods.length),
      };
    });
    this.#pods.set(index, (this.#pods.get(index) ?? new Set()).add(pod));
    this.#count(index, { candidate: times.length, stable: 0 });
  }

  /** The place of the template of an error; null where there is no room for a new one. */
  #place({ text, sample }: ErrorGroup, room: number): number | null {
    const words = shortened(wordsOf(text));
    if (words.length === 0) return null;
    const index = this.#tree.file(words, this.#templates.length < room);
    if (index !== null) this.#templates[index] ??= newTemplate(text, sample.slice(0, charactersOfSample));
    return index;
  }

  #remember(text: string): void {
    const isFull = this.#alsoKnown.size >= most.alsoKnown;
    if (!isFull) this.#alsoKnown.add(fingerprint(text));
    else if (!this.#alsoKnown.has(fingerprint(text))) this.#isOverfull = true;
  }

  #change(index: number, change: (template: ErrorTemplate) => ErrorTemplate): void {
    const template = this.#templates[index];
    if (template !== undefined) this.#templates[index] = change(template);
  }

  #count(index: number, more: { candidate: number; stable: number }): void {
    const { candidate = 0, stable = 0 } = this.#now.get(index) ?? {};
    this.#now.set(index, { candidate: candidate + more.candidate, stable: stable + more.stable });
  }
}

/** Without some of those that only the candidate has, the rarest, where there are as many templates as are kept. */
function withRoom(templates: readonly ErrorTemplate[]): ErrorTemplate[] {
  if (templates.length < most.together) return [...templates];
  const own = templates.filter(({ stable, before }) => stable + before === 0).sort((a, b) => a.candidate - b.candidate);
  const rare = new Set(own.slice(0, forgotten));
  return templates.filter((template) => !rare.has(template));
}

/** As many words as there is room for. */
function shortened(words: Template): Template {
  let length = 0;
  const fitting = words.findIndex((word) => (length += word.length + 1) > charactersOfTemplate);
  return fitting < 0 ? words : [...words.slice(0, fitting), anyWord];
}

/** FNV-1a, 32 bits: Fowler, Noll and Vo 1991. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(36);
}
