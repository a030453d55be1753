/**
 * Tries out what the evidence of a deployment will come from, before there is one: from where the worker is, with its rights.
 *
 * 1. Nothing is changed, in the cluster or elsewhere: requests that could change something are not sent.
 * 2. Every mistake is told at once, with its field.
 */
import { parseSpec } from '../../domain/spec-mistakes.ts';
import { sentence } from '../../domain/bounds.ts';
import { slotName } from '../../domain/slot.ts';
import type { Spec } from '../../domain/spec.ts';
import { podPortOf } from '../../kubernetes/pod-port.ts';
import { readFacts, type Facts } from '../../kubernetes/preflight/facts.ts';
import { checkPermissions } from '../../kubernetes/preflight/permissions.ts';
import type { ValidateInput, ValidateResult } from '../contract.ts';
import type { Dependencies } from '../dependencies.ts';
import { connectPrometheus, lazily } from '../prometheus-server.ts';
import { checksFound } from './checks.ts';
import { mistake, nothingFound, orMistake, together, type Found, type LiveSlot, type Validation } from './context.ts';
import { podMetricsFound } from './pod-metrics.ts';
import { prometheusFound, prometheusMetricsFound } from './prometheus.ts';
import { rehearsalFound } from './rehearsal.ts';
import { secretsFound } from './secrets.ts';

const mostMistakes = 50;

export async function validate(
  dependencies: Dependencies,
  { spec: given }: ValidateInput,
  signal: AbortSignal,
): Promise<ValidateResult> {
  const parsed = parseSpec(given);
  if (!parsed.ok) return { ...nothingFound, mistakes: parsed.mistakes };
  const { spec } = parsed;
  const permissions = await orMistake('', signal, () => permissionsFound(dependencies, spec));
  const facts = await readFacts(dependencies.cluster, spec).catch((error: unknown) => error as Error);
  if (facts instanceof Error) {
    const unread = await orMistake('', signal, () => Promise.reject(facts));
    return bounded(permissions.mistakes.length > 0 ? permissions : unread);
  }
  const live = liveSlot(facts);
  const prometheus = lazily(() => connectPrometheus(dependencies, spec));
  const asking = { dependencies, spec, live, notLive: whyNotLive(spec, facts), prometheus, signal };
  const server = await prometheusFound(asking);
  const validation: Validation = { ...asking, isPrometheusThere: server.mistakes.length === 0 };
  const secrets = await secretsFound(validation);
  const parts = await Promise.all([
    permissions.mistakes.length > 0 ? permissions : rehearsalFound(validation, facts),
    podMetricsFound(validation),
    prometheusMetricsFound(validation),
    checksFound(validation),
  ]);
  return bounded(together([secrets, without(together([...parts, server]), secrets)]));
}

function liveSlot({ production, slots }: Facts): LiveSlot | null {
  if (production?.slot == null) return null;
  const view = slots[production.slot];
  const pods = view?.pods.filter(({ ready }) => ready) ?? [];
  return pods.length === 0 ? null : { slot: production.slot, pods, port: podPortOf(production, view) };
}

/** Why there is nobody to ask; the rehearsal says what to do about it. */
function whyNotLive({ service, app }: Spec, { namespaceExists, production, slots }: Facts): string {
  if (!namespaceExists) return 'the namespace is not there';
  if (production === null) return `there is no Service "${service}" that says which slot is live`;
  const { slot } = production;
  if (slot === null) return `the Service "${service}" selects no slot, so that none is live`;
  const name = slotName(app, slot);
  return slots[slot] === null
    ? `there is no Deployment "${name}" that could be live`
    : `no pod of ${name}, which is live, is ready`;
}

async function permissionsFound({ cluster }: Dependencies, spec: Spec): Promise<Found> {
  const { problems } = await checkPermissions(cluster, spec);
  return together(problems.map((problem) => mistake('', problem)));
}

/** What needs a Secret that is missing fails too: that is told once, for the field that names it. */
function without({ mistakes, ...rest }: Found, told: Found): Found {
  const known = new Set(told.mistakes.map(({ message }) => message));
  return { ...rest, mistakes: mistakes.filter(({ message }) => !known.has(message)) };
}

function bounded({ mistakes, unchecked, notes }: Found): ValidateResult {
  const shown = mistakes.slice(0, mostMistakes);
  return {
    mistakes: shown.map(({ path, message }) => ({ path, message: sentence(message) })),
    unchecked: unchecked.slice(0, mostMistakes),
    notes: notes.slice(0, mostMistakes).map(sentence),
  };
}
