/**
 * A deployment as one page: it needs no network, no script and no other file, so that it can be attached to an incident and
 * opened in years.
 */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { DeploymentStatus } from '../../client/index.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { watchesOf } from '../render/watches.ts';
import { checks } from './checks.ts';
import { curves } from './curves.ts';
import { embedded } from './embedded.ts';
import { headline } from './headline.ts';
import { html, Markup, nothing } from './markup.ts';
import { record } from './record.ts';
import { slotsTable } from './slots.ts';
import { style } from './style.ts';
import { timeline } from './timeline.ts';
import { watchSection } from './watch-section.ts';

/** What the page may do: show itself, in its own style. Whatever a document holds, a browser runs and fetches nothing. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Without a blank more than what the policy knows the hash of. */
const styleElement = new Markup(`<style>${style}</style>`);

export interface PageOptions {
  readonly now: Date;
  readonly version: string;
}

export function page(status: DeploymentStatus, { now, version }: PageOptions): string {
  const { state } = status;
  const watches = watchesOf(status);
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${state.id}, ${state.startedAt.slice(0, 10)}: ${state.outcome}</title>
        <link rel="icon" href="data:," />
        ${styleElement}
      </head>
      <body>
        <main>
          ${headline(status, now)} ${timeline(state, now)} ${curves(watches, state)}
          ${watchSection('soak', watches.soak, watches.live === 'soak', state)}
          ${watchSection('monitor', watches.monitor, watches.live === 'monitor', state)} ${checks(state)}
          ${record(state)} ${slotsTable(status)} ${spec(state)}
        </main>
        <footer>
          <p>
            Times are UTC; those without a date are of ${state.startedAt.slice(0, 10)}. Written by cutover ${version} at
            <time datetime="${now.toISOString()}">${now.toISOString().slice(0, 19).replace('T', ' ')}</time>. The state
            document is in this page, as JSON in the element <code>#state</code>.
          </p>
        </footer>
        ${embedded('state', status)}
      </body>
    </html> `;
  return text;
}

function spec({ spec: parsed }: DeploymentState): Markup {
  if (parsed === null) return nothing;
  return html`<section aria-labelledby="spec">
    <h2 id="spec">Spec</h2>
    <details>
      <summary>With its defaults filled in, as YAML</summary>
      <pre>${stringify(parsed)}</pre>
    </details>
  </section>`;
}
