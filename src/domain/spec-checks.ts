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
  );

const prometheusCheck = z.strictObject({
  name: checkName,
  prometheus: z.strictObject({
    query: query.describe('PromQL that gives one number; {{slot}}, {{namespace}} and {{app}} are filled in'),
    range: positiveDuration.optional().describe('Asks for the values of so long, instead of the one of now'),
    of: z.enum(['max', 'min', 'mean', 'last']).default('max').describe('Which of these values counts'),
  }),
  expect: condition,
});

const httpCheck = z.strictObject({
  name: checkName,
  http: httpRequest.extend({
    url: template(2_048)
      .superRefine((text, context) => {
        const message = addressMistake(text.replaceAll(/\{\{[^{}]*\}\}/g, 'x'));
        if (message !== null) context.addIssue({ code: 'custom', message });
      })
      .optional()
      .describe("Whose answer counts; without it the slot's preview Service is asked, or a pod on `port`"),
    json: z.string().min(1).max(256).optional().describe('Where in the JSON answer the value is, such as queue.depth'),
    within: positiveDuration.default('5s').describe('The longest time an answer may take'),
  }),
  expect: condition,
});

const jobCheck = z.strictObject({ name: checkName, job: checkJob });

export const watchCheck = z.union([prometheusCheck, httpCheck, jobCheck]);

export type WatchCheck = z.output<typeof watchCheck>;
export type CheckCondition = z.output<typeof condition>;
