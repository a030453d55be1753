/** The fields that several parts of a spec share: durations, names, headers, requests. */
import { z } from 'zod';
import { durationPattern, longestDuration, toMilliseconds } from './duration.ts';
import { givesSecretAway } from './secret-header.ts';

const durationHint = 'write a duration such as 500ms, 30s, 5m or 24h';

export const duration = z
  .string(durationHint)
  .max(32)
  .regex(durationPattern, durationHint)
  .refine((text) => !durationPattern.test(text) || toMilliseconds(text) <= longestDuration, 'at most 30d')
  .meta({ description: 'A duration such as 500ms, 30s, 5m or 24h' });

export const positiveDuration = duration.refine(
  (text) => !durationPattern.test(text) || toMilliseconds(text) > 0,
  'must be longer than 0',
);

export const dnsLabel = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'use lower-case letters, digits and "-" (a DNS label)');

export const imageReference = z
  .string()
  .max(500)
  .regex(/^\S+$/, 'must be an image reference such as registry.example/app:v2, without spaces');

export const containerPort = z.int().min(1).max(65_535);

/** Of JavaScript, in a text of at most so many characters. */
export function regularExpression(longest: number) {
  return z
    .string()
    .max(longest)
    .superRefine((text, context) => {
      const why = whyNoExpression(text);
      if (why !== null) context.addIssue({ code: 'custom', message: `is not a regular expression: ${why}` });
    });
}

/** As the engine says it, without the expression, which may be long. */
function whyNoExpression(text: string): string | null {
  try {
    new RegExp(text);
    return null;
  } catch (error) {
    const { message } = error as Error;
    const beginning = `Invalid regular expression: /${text}/: `;
    return message.startsWith(beginning) ? message.slice(beginning.length) : message;
  }
}

/** Of 1, as many write it in percent. */
export const share = z
  .number({
    error: ({ code, input }) => {
      const percent = typeof input === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(input)?.[1] : undefined;
      if (code !== 'invalid_type' || percent === undefined) return undefined;
      return `has to be a number, a share of 1: ${percent} % is ${shareOf(Number(percent))}`;
    },
  })
  .min(0)
  .max(1, {
    error: ({ input }) => `has to be a share of 1, so 1 at most: ${Number(input)} % is ${shareOf(Number(input))}`,
  });

function shareOf(percent: number): number {
  return Number((percent / 100).toPrecision(6));
}

export const json: z.ZodType = z.json();

const headerText = z
  .string()
  .max(4_096)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be one line of text');

const secretName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/, 'is not the name of a Secret');

/** One key of a Secret or of a ConfigMap. */
export const keyReference = z.strictObject({
  name: secretName,
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'is not a key'),
});

const headerFromSecret = z.strictObject({
  prefix: headerText.optional().describe('What goes before the value, such as "Bearer "'),
  secretKeyRef: keyReference,
});

export const headers = z
  .record(
    z
      .string()
      .max(256)
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not the name of a header'),
    z.union([headerText, headerFromSecret], 'has to be text, or an object with "secretKeyRef"'),
  )
  .superRefine((given, context) => {
    for (const [name, value] of Object.entries(given)) {
      if (typeof value !== 'string' || !givesSecretAway(name, value)) continue;
      const message =
        'would be kept in the history of the workflow: put the value into a Secret, and write secretKeyRef: {name: …, key: …} here';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .default({});

/** One HTTP request, as it is sent to a pod or a Service. */
export const httpRequest = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.string().max(2_048).startsWith('/', 'must start with "/"').regex(/^\S*$/, 'must hold no spaces').default('/'),
  headers: headers.describe("Text, or a Secret's key: its value is read when the request is sent"),
  body: json.optional().describe('Text is sent as it is, anything else as JSON'),
  port: containerPort.optional().describe("The container's port; by default the one that the Service targets"),
});

export const checkName = z.string().min(1).max(100);

/** A Job that checks: its exit code says how it went. */
export const checkJob = z.strictObject({
  podSpec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string(), image: z.string() })).min(1) }),
  within: positiveDuration.default('5m'),
});
