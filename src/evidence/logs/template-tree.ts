/**
 * A parse tree of fixed depth that groups log messages by their templates: Drain (He, Zhu, Zheng and Lyu 2017, "Drain: an
 * online log parsing approach with fixed depth tree"). Pure: the same messages in the same order give the same templates.
 *
 * The tree has a level for the number of words and one for each of the first words; a leaf has the templates that share them. A
 * message goes to the template of its leaf with which it has most words in common, if they are enough, and the words in which
 * they differ become `<*>`. A tree is rebuilt from its templates, which are all that is kept.
 */

/** The words of a message; `<*>` is any word. */
export type Template = readonly string[];

export const anyWord = '<*>';

const wordsInPath = 2;
const wordsKept = 30;
const charactersOfWord = 60;
/** The share of words in common that makes a message one of a template. Higher than the 0.4 of the paper: what varies is masked. */
const similarEnough = 0.7;
/** Where so many different words begin messages of one length, it is no word of the program, but one of its data. */
const mostFirstWords = 12;

/** A message as the tree sees it. */
export function wordsOf(message: string): Template {
  const words = message.split(' ').filter((word) => word !== '');
  return words.slice(0, wordsKept).map((word) => word.slice(0, charactersOfWord));
}

export class TemplateTree {
  readonly #templates: Template[];
  readonly #leaves = new Map<string, number[]>();
  readonly #firstWords = new Map<number, Set<string>>();

  constructor(templates: readonly Template[] = []) {
    this.#templates = [];
    for (const template of templates) this.#insert(template);
  }

  get templates(): readonly Template[] {
    return this.#templates;
  }

  /**
   * Files a message: gives the place of its template among `templates`, which may have become more general, or null where it has
   * none and `mayAdd` does not allow a new one.
   */
  file(message: Template, mayAdd: boolean): number | null {
    const words = this.#withKnownBeginning(message);
    const found = this.#mostSimilar(words);
    if (found === null) return mayAdd ? this.#insert(words) : null;
    const merged = (this.#templates[found] ?? []).map((word, index) => (word === words[index] ? word : anyWord));
    this.#templates[found] = merged;
    return found;
  }

  #mostSimilar(words: Template): number | null {
    let best: { index: number; common: number } | null = null;
    for (const index of this.#leaves.get(pathOf(words)) ?? []) {
      const common = inCommon(this.#templates[index] ?? [], words);
      if (common >= similarEnough * words.length && common > (best?.common ?? -1)) best = { index, common };
    }
    return best?.index ?? null;
  }

  #insert(template: Template): number {
    const path = pathOf(template);
    const index = this.#templates.push(template) - 1;
    this.#leaves.set(path, [...(this.#leaves.get(path) ?? []), index]);
    const firstWords = this.#firstWords.get(template.length) ?? new Set();
    this.#firstWords.set(template.length, firstWords.add(template[0] ?? ''));
    return index;
  }

  /** With any word in place of a first one for which there is no room. */
  #withKnownBeginning(message: Template): Template {
    const firstWords = this.#firstWords.get(message.length);
    if (firstWords === undefined || firstWords.size < mostFirstWords || firstWords.has(message[0] ?? ''))
      return message;
    return [anyWord, ...message.slice(1)];
  }
}

/** Words that hold something masked lead to the same leaf. */
function pathOf(words: Template): string {
  const first = words.slice(0, wordsInPath).map((word) => (/<[\w*]{1,12}>/.test(word) ? anyWord : word));
  return [words.length, ...first].join(' ');
}

function inCommon(template: Template, words: Template): number {
  return template.reduce((sum, word, index) => sum + (word === words[index] ? 1 : 0), 0);
}
