/**
 * HTML and SVG of which every value is escaped: what applications, people and Kubernetes have written is text in it, and
 * never markup. Values stand between tags, or between the double quotes of an attribute.
 */
export class Markup {
  readonly text: string;

  /** Only for text that is markup already. */
  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => part + textOf(values[index] ?? null)).join(''));
}

export const nothing = new Markup('');

function textOf(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escape(content);
  return typeof content === 'number' ? String(content) : content.map(textOf).join('');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters are no text of a page: what is left of them is a mark that they were there. */
function escape(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character)
    .replaceAll(/[^\P{Cc}\t\n]/gu, '\u{FFFD}');
}
