/** The checks of a soak or a monitor: what else decides beside requests and pods. */
import { z } from 'zod';
import { checkJob, checkName, httpRequest, positiveDuration } from './spec-fields.ts';
import { addressMistake, query, template } from './spec-prometheus.ts';

const condition = z
  .strictObject({
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    equals: z.union([z.string().max(200), z.number(), z.boolean()]).optional(),
    timesStable: z.number().min(0).optional().describe("At most so many times stable's value"),
  })
  .refine(
    (given) => Object.values(given).some((value) => value !== undefined),
    'give one of "atMost", "atLeast", "equals" or "timesStable"',
  )
  .superRefine(({ equals, ...bounds }, context) => {
    const message = contradiction(equals, bounds);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

interface Bounds {
  readonly atMost?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly timesStable?: number | undefined;
}

/** Why no value can be as is asked, or null. */
function contradiction(equals: string | number | boolean | undefined, bounds: Bounds): string | null {
  const { atMost = Infinity, atLeast = -Infinity } = bounds;
  if (atLeast > atMost) return `no value is at least ${atLeast} and at most ${atMost}`;
  if (equals === undefined || Object.values(bounds).every((bound) => bound === undefined)) return null;
  // Text that is a number counts as one.
  const number = typeof equals === 'boolean' || equals === '' ? Number.NaN : Number(equals);
  if (Number.isNaN(number)) return '"equals" is no number here, and all else asks for one';
  if (number > atMost) return `what equals ${number} is not at most ${atMost}`;
  return number < atLeast ? `what equals ${number} is not at least ${atLeast}` : null;
}

/** What a query gives, and the status of an answer. */
function asksForNumber({ expect: { equals } }: { readonly expect: z.output<typeof condition> }): boolean {
  return equals === undefined || typeof equals === 'number';
}

const prometheusCheck = z
  .strictObject({
    name: checkName,
    prometheus: z.strictObject({
      query: query.describe('PromQL that gives one number; {{slot}}, {{namespace}} and {{app}} are filled in'),
      range: positiveDuration.optional().describe('Asks for the values of so long, instead of the one of now'),
      of: z.enum(['max', 'min', 'mean', 'last']).default('max').describe('Which of these values counts'),
    }),
    expect: condition,
  })
  .refine(asksForNumber, { path: ['expect', 'equals'], message: 'has to be a number, as a query gives' });

const httpCheck = z
  .strictObject({
    name: checkName,
    http: httpRequest.extend({
      url: template(2_048)
        .superRefine((text, context) => {
          const message = addressMistake(text.replaceAll(/\{\{[^{}]*\}\}/g, 'x'));
          if (message !== null) context.addIssue({ code: 'custom', message });
        })
        .optional()
        .describe("Whose answer counts; without it the slot's preview Service is asked, or a pod on `port`"),
      json: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('Where in the JSON answer the value is, such as queue.depth'),
      within: positiveDuration.default('5s').describe('The longest time an answer may take'),
    }),
    expect: condition,
  })
  .refine((check) => check.http.json !== undefined || asksForNumber(check), {
    path: ['expect', 'equals'],
    message: 'has to be a number, the status: name in http.json what else of the answer counts',
  })
  .refine(({ http: { method, json } }) => method !== 'HEAD' || json === undefined, {
    path: ['http', 'json'],
    message: 'can never be found: the answer to HEAD has no content',
  });

const jobCheck = z.strictObject({ name: checkName, job: checkJob });

export const watchCheck = z.union([prometheusCheck, httpCheck, jobCheck]);

export type WatchCheck = z.output<typeof watchCheck>;
export type CheckCondition = z.output<typeof condition>;
