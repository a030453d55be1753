/**
 * Tries out what the evidence of a deployment will come from, before there is one: from where the worker is, with its rights.
 *
 * 1. Nothing is changed, in the cluster or elsewhere: requests that could change something are not sent.
 * 2. Every mistake is told at once, with its field.
 */
import { parseSpec } from '../../domain/spec-mistakes.ts';
import { sentence } from '../../domain/bounds.ts';
import type { Spec } from '../../domain/spec.ts';
import { podPortOf } from '../../kubernetes/pod-port.ts';
import { checkPermissions } from '../../kubernetes/preflight/permissions.ts';
import { findProduction } from '../../kubernetes/production.ts';
import { readSlot } from '../../kubernetes/slot.ts';
import type { ValidateInput, ValidateResult } from '../contract.ts';
import type { Dependencies } from '../dependencies.ts';
import { connectPrometheus, lazily } from '../prometheus-server.ts';
import { checksFound } from './checks.ts';
import { mistake, orMistake, together, type Found, type LiveSlot, type Validation } from './context.ts';
import { podMetricsFound } from './pod-metrics.ts';
import { prometheusFound, prometheusMetricsFound } from './prometheus.ts';
import { secretsFound } from './secrets.ts';

const mostMistakes = 50;

export async function validate(
  dependencies: Dependencies,
  { spec: given }: ValidateInput,
  signal: AbortSignal,
): Promise<ValidateResult> {
  const parsed = parseSpec(given);
  if (!parsed.ok) return { mistakes: parsed.mistakes, unchecked: [] };
  const { spec } = parsed;
  const live = await liveSlot(dependencies, spec).catch((error: unknown) => error as Error);
  if (live instanceof Error) return bounded(await orMistake('', signal, () => Promise.reject(live)));
  const prometheus = lazily(() => connectPrometheus(dependencies, spec));
  const validation: Validation = { dependencies, spec, live, prometheus, signal };
  const server = await prometheusFound(validation);
  const isAsked = server.mistakes.length === 0;
  const secrets = await secretsFound(validation);
  const parts = await Promise.all([
    orMistake('', signal, () => permissionsFound(validation)),
    podMetricsFound(validation),
    ...(isAsked ? [prometheusMetricsFound(validation)] : []),
    checksFound(isAsked ? validation : withoutQueries(validation)),
  ]);
  return bounded(together([secrets, without(together([...parts, server]), secrets)]));
}

async function liveSlot({ cluster }: Dependencies, spec: Spec): Promise<LiveSlot | null> {
  const production = await findProduction(cluster, spec);
  if (production?.slot == null) return null;
  const { namespace, app } = spec;
  const view = await readSlot(cluster, { namespace, app, slot: production.slot });
  const pods = view?.pods.filter(({ ready }) => ready) ?? [];
  return pods.length === 0 ? null : { slot: production.slot, pods, port: podPortOf(production, view) };
}

async function permissionsFound({ dependencies, spec }: Validation): Promise<Found> {
  const { problems } = await checkPermissions(dependencies.cluster, spec);
  return together(problems.map((problem) => mistake('', problem)));
}

/** A server that does not answer is told once, and not again for each query. */
function withoutQueries(validation: Validation): Validation {
  const { spec } = validation;
  return { ...validation, spec: { ...spec, soak: withoutQuery(spec.soak), monitor: withoutQuery(spec.monitor) } };
}

function withoutQuery<Watch extends Spec['soak'] | Spec['monitor']>(watch: Watch): Watch {
  return { ...watch, checks: (watch.checks ?? []).filter((check) => !('prometheus' in check)) };
}

/** What needs a Secret that is missing fails too: that is told once, for the field that names it. */
function without({ mistakes, unchecked }: Found, told: Found): Found {
  const known = new Set(told.mistakes.map(({ message }) => message));
  return { mistakes: mistakes.filter(({ message }) => !known.has(message)), unchecked };
}

function bounded({ mistakes, unchecked }: Found): ValidateResult {
  const shown = mistakes.slice(0, mostMistakes);
  return {
    mistakes: shown.map(({ path, message }) => ({ path, message: sentence(message) })),
    unchecked: unchecked.slice(0, mostMistakes),
  };
}
