/**
 * What the logs of both slots have said since a watch began: the templates of their errors, with how often and where. JSON, so
 * that another worker can go on with it, and small enough for a heartbeat. Pure.
 */
import { z } from 'zod';
import type { Counts } from '../statistics/counts.ts';
import { errorTemplateSchema, type ErrorTemplate } from './error-template.ts';
import { fileErrors, type FiledErrors, type KnownErrors } from './file-errors.ts';
import { burstsAfter, newBursts, podTime, ratiosAfter, templatesTested } from './frequency.ts';
import { armAfter, logArmSchema, newLogArm, type LogArm } from './log-arm.ts';
import type { LogsLook } from './reading.ts';
import { templatesOf, type StableErrors } from './stable-errors.ts';

/** JSON. */
export interface LogsState extends KnownErrors {
  readonly candidate: LogArm;
  /** null in the first deployment of an app. */
  readonly stable: LogArm | null;
}

export const logsStateSchema = z.object({
  templates: z.array(errorTemplateSchema),
  alsoKnown: z.array(z.string()),
  isOverfull: z.boolean(),
  candidate: logArmSchema,
  stable: logArmSchema.nullable(),
}) satisfies z.ZodType<LogsState>;

/** Before the first look; with what an earlier watch has found out about stable. */
export function newLogs(hasStable: boolean, known: StableErrors | null = null): LogsState {
  const stable = known === null ? newLogArm : { ...newLogArm, isKnown: true, podMsBefore: known.podMs };
  return {
    templates: known === null ? [] : templatesOf(known),
    alsoKnown: known?.alsoKnown ?? [],
    isOverfull: known?.isOverfull ?? false,
    candidate: newLogArm,
    stable: hasStable ? stable : null,
  };
}

export function logsAfter(state: LogsState, look: LogsLook): LogsState {
  const candidate = armAfter(state.candidate, look.candidate, look.startedAt);
  const stable = state.stable && armAfter(state.stable, look.stable, look.startedAt);
  const filed = fileErrors(state, look);
  const exposure = {
    candidate: candidate.podMs - state.candidate.podMs,
    stable: (stable?.podMs ?? 0) - (state.stable?.podMs ?? 0),
  };
  return {
    templates: withFrequencies(filed, exposure),
    alsoKnown: filed.alsoKnown,
    isOverfull: filed.isOverfull,
    candidate: { ...candidate, unfiled: candidate.unfiled + filed.unfiled },
    stable,
  };
}

interface Exposure {
  readonly candidate: number;
  readonly stable: number;
}

/** Bursts are watched of templates that may be tested: known ones, and of these the most frequent. */
function withFrequencies({ templates, now }: FiledErrors, exposure: Exposure): ErrorTemplate[] {
  const known = templates
    .filter(({ candidate, stable, before }) => candidate > 0 && stable + before > 0)
    .sort((a, b) => Number(b.bursts !== null) - Number(a.bursts !== null) || b.candidate - a.candidate);
  const tested = new Set(known.slice(0, templatesTested));
  return templates.map((template, index) => {
    const { candidate = 0, stable = 0 } = now.get(index) ?? {};
    const paired = { candidate: counts(exposure.candidate, candidate), stable: counts(exposure.stable, stable) };
    return {
      ...template,
      ratios: ratiosAfter(template.ratios, paired),
      bursts: tested.has(template) ? burstsAfter(template.bursts ?? newBursts, paired) : null,
    };
  });
}

function counts(podMs: number, events: number): Counts {
  return { requests: podTime(podMs), events };
}
