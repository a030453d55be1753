/** What a reader has to know first: how it ended, why, and what it was about. */
import type { DeploymentStatus } from '../../client/index.ts';
import type { DeploymentState } from '../../domain/state.ts';
import { nextOf } from '../render/next.ts';
import { elapsed, upcoming } from '../render/times.ts';
import { capital, lookOf, wordOutcome, wordStep } from '../render/words.ts';
import { watchesOf } from '../render/watches.ts';
import { factList, type Fact } from './facts.ts';
import { html, nothing, type Markup } from './markup.ts';

export function headline(status: DeploymentStatus, now: Date): Markup {
  const { state } = status;
  const { outcome, phase } = state;
  const stands = outcome === 'running' ? `running, at ${wordStep(phase)}` : wordOutcome(state);
  return html`<header>
    <p class="quiet">Blue/green deployment</p>
    <h1>${state.id}</h1>
    <p class="outcome ${lookOf(outcome)}">${capital(stands)}</p>
    ${why(status)} ${factList(facts(status, now))}
  </header>`;
}

/** In one sentence; of a failure, whatever else it says after that. */
function why(status: DeploymentStatus): Markup {
  const { failure, waitingFor } = status.state;
  if (failure !== null) {
    const [first = '', ...rest] = failure.message.split('\n');
    return html`<p class="verdict">${capital(first)}</p>
      ${rest.length === 0 ? nothing : html`<pre class="wrapped">${rest.join('\n')}</pre>`}
      <p class="quiet">${failure.name}</p>`;
  }
  const { soak, monitor } = watchesOf(status);
  const watched = monitor === null ? soak && `soak: ${soak.reason}` : `monitor: ${monitor.reason}`;
  const sentence = waitingFor === null ? watched : `waits for ${waitingFor}`;
  return sentence === null ? nothing : html`<p class="verdict">${capital(sentence)}</p>`;
}

function facts(status: DeploymentStatus, now: Date): Fact[] {
  const { state, asked } = status;
  const { requestedBy, reason, startedAt, finishedAt, service, runId } = state;
  const next = nextOf(status);
  const version = versions(state) ?? asked;
  const ended = finishedAt === null ? [] : [['Ended', moment(finishedAt)] as const];
  return [
    ...(version === undefined ? [] : [['Version', version] as const]),
    ['Asked for by', `${requestedBy}: ${reason}`],
    ['Began', moment(startedAt)],
    ...ended,
    [finishedAt === null ? 'Runs for' : 'Took', elapsed(startedAt, finishedAt, now)],
    ...(next === null ? [] : [['Next', `${next.what} ${upcoming(next.at, now)}`] as const]),
    ...(service === '' ? [] : [['Service', service] as const]),
    ['Run', html`<code>${runId}</code>`],
  ];
}

/** From which to which; null before there is a plan, when it is not known what is live. */
function versions({ stable, candidate, spec }: DeploymentState): string | null {
  if (spec === null) return null;
  const image = candidate?.images.join(', ') ?? spec.candidate.image ?? 'a manifest';
  return `${stable?.images.join(', ') ?? 'nothing'} → ${image}`;
}

/** With its date. */
function moment(time: string): Markup {
  return html`<time datetime="${time}">${time.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
