import { html, type Content, type Markup } from './markup.ts';

export type Fact = readonly [name: string, value: Content];

/** Names with their values, beside each other where there is room. */
export function factList(facts: readonly Fact[]): Markup {
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
