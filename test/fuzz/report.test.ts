/** Whatever applications, people and Kubernetes write is text in the page of a report, and comes out of it as it went in. */
import fc from 'fast-check';
import { it } from 'vitest';
import { embedded } from '../../src/cli/report/embedded.ts';
import { html } from '../../src/cli/report/markup.ts';
import { expectAlways, text } from './documents.ts';

const meant: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

function unescaped(markup: string): string {
  return markup.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => meant[name] ?? '');
}

const markupIsh = fc.oneof(
  text,
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'lt;', '!--', '/script', 'x', '\n') }),
);

it('is never markup, between tags or in an attribute', () => {
  expectAlways(markupIsh, (said) => {
    const whole = html`<p title="${said}">${[said, [said]]}</p>`.text;
    const [, attribute = '', inside = ''] = /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(whole) ?? [];
    const shown = said.replaceAll(/[^\P{Cc}\t\n]/gu, '\u{FFFD}');
    return unescaped(attribute) === shown && unescaped(inside) === shown + shown;
  });
});

it('is in the embedded document as it was, and cannot end it', () => {
  expectAlways(markupIsh, (said) => {
    const [, json = ''] =
      /^<script type="application\/json" id="state">([^<]*)<\/script>$/.exec(embedded('state', { said }).text) ?? [];
    return (JSON.parse(json) as { said: string }).said === said;
  });
});
