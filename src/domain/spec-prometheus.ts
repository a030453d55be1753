/** The parts of a spec that are about a Prometheus server: where it is, and where it counts the requests. */
import { z } from 'zod';
import { templateMistake } from './query-template.ts';
import { containerPort, dnsLabel, headers, keyReference, positiveDuration, regularExpression } from './spec-fields.ts';

/** Text with `{{slot}}`, `{{namespace}}` and `{{app}}` in it. */
export function template(longest: number) {
  return z
    .string()
    .min(1)
    .max(longest)
    .superRefine((text, context) => {
      const message = templateMistake(text);
      if (message !== null) context.addIssue({ code: 'custom', message });
    });
}

/** PromQL, asked for each slot. */
export const query = template(4_096);

/** What is wrong with the address of an HTTP server, or null. */
export function addressMistake(text: string): string | null {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) return 'has to be an address such as https://host:port/path';
  const { username, password } = new URL(text);
  if (username === '' && password === '') return null;
  return 'holds credentials, which would be kept in the history of the workflow: send them by headers from a Secret';
}

const serverUrl = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const message =
      addressMistake(text) ?? (/[?#]/.test(text) ? 'must have no query: only where the API begins' : null);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

const certificates = z
  .strictObject({ secretKeyRef: keyReference.optional(), configMapKeyRef: keyReference.optional() })
  .refine(
    ({ secretKeyRef, configMapKeyRef }) => (secretKeyRef === undefined) !== (configMapKeyRef === undefined),
    'give one of "secretKeyRef" or "configMapKeyRef"',
  );

const asked = {
  headers: headers.describe("Text, or a Secret's key, such as that of a token"),
  timeout: positiveDuration.default('5s').describe('The longest time an answer may take'),
};

const serverByUrl = z.strictObject({
  url: serverUrl.describe('Where its API begins, as the worker reaches it: https://prometheus.example/prefix'),
  ca: certificates.optional().describe('Whose certificate it has, in PEM, where no public authority signed it'),
  ...asked,
});

const serverByService = z.strictObject({
  service: z.strictObject({
    namespace: dnsLabel.optional().describe("By default the app's"),
    name: dnsLabel,
    port: containerPort.default(9_090),
    path: z
      .string()
      .max(500)
      .regex(/^\/[^\s?#]*$/, 'must start with "/", and have no query')
      .default('/'),
  }),
  ...asked,
});

export const prometheusServer = z.union([serverByUrl, serverByService]);

export const presetNames = [
  'http',
  'express-prom-bundle',
  'promhttp',
  'spring-boot',
  'opentelemetry',
  'istio',
] as const;

const labelName = z
  .string()
  .max(100)
  .regex(/^[a-zA-Z_]\w*$/, 'is not the name of a label');

/** Requests of some paths alone: then both versions are compared by the same ones, however many others come meanwhile. */
export const requestsOnly = z
  .strictObject({
    label: labelName,
    pattern: regularExpression(200).min(1),
  })
  .describe('Count only the requests whose label, such as that of their route, matches the whole pattern');

/** Counters by pod, cumulative: what the pods count, by way of Prometheus. */
export const metricsFromPrometheus = z.strictObject({
  prometheus: z
    .strictObject({
      preset: z.enum(presetNames).optional().describe('Queries for the metrics of common libraries'),
      requests: query.optional().describe('The counter of requests: sum by (pod) (…)'),
      errors: query.optional().describe('The counter of failed requests: sum by (pod) (…)'),
      latency: query.optional().describe('The histogram of latency: sum by (pod, le) (…_bucket…)'),
      latencyUnit: z
        .enum(['seconds', 'milliseconds'])
        .optional()
        .describe('Of the bounds; by default that of the preset'),
      podLabel: labelName.default('pod').describe("The label with the pod's name"),
      namespaceLabel: labelName.default('namespace').describe("The label with the pod's namespace, in the presets"),
      only: requestsOnly.optional(),
      staleAfter: positiveDuration
        .default('1m')
        .describe('A pod whose newest sample is older has no data; some scrapes of Prometheus have to fit in'),
    })
    .superRefine(({ preset, requests, errors, latency, only }, context) => {
      if (only !== undefined && (requests ?? errors ?? latency) !== undefined) {
        context.addIssue({ code: 'custom', path: ['only'], message: 'is for presets: write it into the queries' });
      }
      if (preset !== undefined) return;
      for (const [name, given] of Object.entries({ requests, errors })) {
        if (given !== undefined) continue;
        context.addIssue({ code: 'custom', path: [name], message: 'is required without a preset: a query by pod' });
      }
    }),
});

export type RequestsOnly = z.output<typeof requestsOnly>;
export type PrometheusServer = z.output<typeof prometheusServer>;
export type PrometheusMetrics = z.output<typeof metricsFromPrometheus>['prometheus'];
