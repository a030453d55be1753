import { Markup } from './markup.ts';

/**
 * The whole document as data in the page, for programs: `JSON.parse` of the element's text gives it back. No character in it
 * can end the element, or begin a comment.
 */
export function embedded(id: string, document: unknown): Markup {
  const json = JSON.stringify(document).replaceAll('<', String.raw`\u003c`);
  return new Markup(`<script type="application/json" id="${id}">${json}</script>`);
}
