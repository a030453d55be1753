import { html, type Markup } from './markup.ts';

/** A table that is scrolled where it is wider than the page, by keyboard too. */
export function wide(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}
