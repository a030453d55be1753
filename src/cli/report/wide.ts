import { html, type Content, type Markup } from './markup.ts';

/** What is scrolled where it is wider than the page, by keyboard too. */
export function wide(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** A table with one row of headers. */
export function wideTable(label: string, titles: readonly Content[], rows: Content, look = 'plain'): Markup {
  return wide(
    label,
    html`<table class="${look}">
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}
