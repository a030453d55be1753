import type { Verdict } from '../../domain/verdict.ts';
import { lookOfVerdict, markOf, wordVerdict } from '../render/verdicts.ts';
import { html, type Markup } from './markup.ts';

export function badge(verdict: Verdict): Markup {
  return html`<span class="badge ${lookOfVerdict(verdict)}"
    ><span aria-hidden="true">${markOf(verdict)}</span> ${wordVerdict(verdict)}</span
  >`;
}
