/** What warm-up and smoke found. */
import { numberOf } from '../../domain/number-of.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { CheckResult, SmokeEvidence, WarmUpEvidence } from '../../domain/evidence.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { badge } from './badge.ts';
import { html, nothing, type Markup } from './markup.ts';
import { wideTable } from './wide.ts';

export function checks({ evidence: { warmUp, smoke } }: DeploymentState): Markup {
  return html`${warmUp === null ? nothing : warmUpSection(warmUp)} ${smoke === null ? nothing : smokeSection(smoke)}`;
}

function warmUpSection({ pods, requestsSent, requestsFailed, errors }: WarmUpEvidence): Markup {
  return html`<section aria-labelledby="warm-up">
    <h2 id="warm-up">Warm-up</h2>
    <p>${numberOf(requestsSent, 'request')} to ${numberOf(pods, 'pod')}, of which ${requestsFailed} failed.</p>
    ${
      errors.length === 0
        ? nothing
        : html`<ul>
            ${errors.map(({ message, count }) => html`<li>${count}× ${message}</li>`)}
          </ul>`
    }
  </section>`;
}

function smokeSection({ verdict, checks: results }: SmokeEvidence): Markup {
  return html`<section aria-labelledby="smoke">
    <h2 id="smoke">Smoke checks ${badge(verdict)}</h2>
    ${wideTable('The smoke checks', ['Check', 'Result', 'What was found'], results.map(checkRow))}
    ${results.map(({ name, log }) =>
      log === undefined
        ? nothing
        : html`<details>
            <summary>The end of the log of ${name}</summary>
            <pre>${log}</pre>
          </details>`,
    )}
  </section>`;
}

function checkRow({ name, kind, passed, detail, durationMs }: CheckResult): Markup {
  return html`<tr>
    <th scope="row">${name} <small>${kind}</small></th>
    <td>${badge(passed ? 'pass' : 'fail')}</td>
    <td class="text">${detail} <small>took ${formatDuration(durationMs)}</small></td>
  </tr>`;
}
