/**
 * What a soak has found out about the errors of stable, for the monitor: what stable logs seldom is easily absent from the minutes
 * before the cutover, and after it stable has no users. Pure, and bounded, as the errors of a watch are.
 */
import { z } from 'zod';
import { newTemplate, type ErrorTemplate } from './error-template.ts';
import type { LogsState } from './log-state.ts';

const stableErrorsSchema = z.object({
  format: z.literal(1),
  /** When its logs were read for the last time, in milliseconds since the epoch. */
  readAt: z.number(),
  /** For how long, in the time of its pods. */
  podMs: z.number(),
  templates: z.array(z.object({ text: z.string(), lines: z.number() })),
  alsoKnown: z.array(z.string()),
  isOverfull: z.boolean(),
});

/** JSON. */
export type StableErrors = z.output<typeof stableErrorsSchema>;

/** null where its logs were not read. */
export function stableErrorsOf({ stable, templates, alsoKnown, isOverfull }: LogsState): StableErrors | null {
  if (stable === null || !stable.isKnown || stable.readAt === null) return null;
  return {
    format: 1,
    readAt: stable.readAt,
    podMs: stable.podMsBefore + stable.podMs,
    templates: templates
      .map(({ text, stable: during, before }) => ({ text, lines: during + before }))
      .filter(({ lines }) => lines > 0),
    alsoKnown: [...alsoKnown],
    isOverfull,
  };
}

/** As the templates of a watch that has not begun. */
export function templatesOf({ templates }: StableErrors): ErrorTemplate[] {
  return templates.map(({ text, lines }) => ({ ...newTemplate(text, ''), before: lines }));
}

/** What a soak, perhaps of another version of the worker, has found out; null where it has not, or it is not understood. */
export function readStableErrors(left: unknown): StableErrors | null {
  const parsed = stableErrorsSchema.safeParse(left);
  return parsed.success ? parsed.data : null;
}
