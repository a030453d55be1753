/**
 * The spec of one deployment: what a user writes in a YAML or JSON file, one file a service.
 *
 * Parsing fills in the defaults and is idempotent: a parsed spec parses to itself. Workflows import the types only, so
 * that zod stays out of their bundle.
 */
import { z } from 'zod';
import { defaultLimits } from './default-limits.ts';
import { defaultInterval, defaultPreflight } from './duration.ts';
import { watchCheck } from './spec-checks.ts';
import {
  checkJob,
  checkName,
  containerPort,
  dnsLabel,
  duration,
  httpRequest,
  imageReference,
  json,
  positiveDuration,
  regularExpression,
  share,
} from './spec-fields.ts';
import { metricsFromPrometheus, prometheusServer, requestsOnly } from './spec-prometheus.ts';

const httpExpectation = z
  .strictObject({
    status: z
      .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1).max(20)])
      .default(200)
      .describe('The status, or the statuses, that count as healthy'),
    json: json.optional().describe('A part that the JSON answer has to contain'),
    text: z.string().max(4_096).optional().describe('Text that the answer has to contain'),
    within: positiveDuration.default('5s').describe('The longest time an answer may take'),
  })
  .prefault({});

const httpCheck = z.strictObject({ name: checkName, http: httpRequest.extend({ expect: httpExpectation }) });

const tcpCheck = z.strictObject({
  name: checkName,
  tcp: z.strictObject({ port: containerPort.optional(), within: positiveDuration.default('3s') }),
});

const jobCheck = z.strictObject({ name: checkName, job: checkJob });

const smokeCheck = z.union([httpCheck, tcpCheck, jobCheck]);

const timesStable = z.number().min(1).max(1_000).optional();

const thresholds = z
  .strictObject({
    errorRate: share.nullable().default(defaultLimits.errorRate).describe('The highest share of failed requests'),
    p95: positiveDuration.nullable().default(defaultLimits.p95).describe('The highest 95th percentile of latency'),
    p99: positiveDuration.nullable().default(defaultLimits.p99).describe('The highest 99th percentile of latency'),
    restarts: z
      .int()
      .min(0)
      .nullable()
      .default(0)
      .describe('How many container restarts are allowed, and how many of them for too much memory'),
    cpu: timesStable.describe("How many times stable's CPU a pod may use; off by default"),
    memory: timesStable.describe("How many times stable's memory a pod may use; off by default"),
  })
  .prefault({});

const comparison = z
  .union([
    z.literal('none'),
    z.strictObject({
      tolerance: z
        .number()
        .min(1)
        .max(100)
        .default(1.5)
        .describe("How many times stable's share of failed or slow requests the candidate may have"),
      alpha: z
        .number()
        .min(0.000_001)
        .max(0.2)
        .default(0.01)
        .describe('How likely a candidate that is no worse may fail, over all looks and metrics'),
      minimumSlowdown: duration.default('10ms').describe('A P95 or P99 that is higher by less than this does not fail'),
    }),
  ])
  .prefault({})
  .describe('The candidate against stable: by the probes of the soak, and after the cutover against the baseline');

const watchShape = {
  duration: duration.default('5m'),
  interval: positiveDuration
    .default(defaultInterval)
    .describe('Time between two looks; shorter in a short watch, which has ten at least'),
  minimumRequests: z.int().min(1).default(20).describe('Fewer requests than this in the watch are insufficient data'),
  comparison,
  thresholds,
  extension: duration.default('1m').describe('How much longer to watch when the data is insufficient, at most'),
  onInsufficientData: z.enum(['rollback', 'continue']).default('rollback'),
  checks: z
    .array(watchCheck)
    .max(20)
    .optional()
    .describe('What else decides: a query of Prometheus, an answer of HTTP, a Job'),
};

const traffic = z
  .strictObject({
    requestsPerSecond: z.number().min(0).max(1_000).default(5).describe('To each of both slots; 0 sends nothing'),
    requests: z
      .array(httpRequest)
      .max(50)
      .optional()
      .describe('By default the GET requests of the smoke checks, or "/" where there are none'),
  })
  .prefault({});

const soak = z.strictObject({ ...watchShape, traffic }).prefault({});
const monitor = z.strictObject(watchShape).prefault({});

const metrics = z
  .union([
    z.literal('none'),
    metricsFromPrometheus,
    z.strictObject({
      path: z.string().startsWith('/').default('/metrics'),
      port: containerPort.optional(),
      requests: z.string().default('http_requests_total').describe('The counter of requests'),
      latency: z
        .string()
        .default('http_request_duration_seconds')
        .describe('The histogram of latency, in seconds: a classic or a native one'),
      errors: z
        .strictObject({
          label: z.string().default('status'),
          pattern: regularExpression(200).default('5..'),
        })
        .prefault({})
        .describe('Which requests of the counter have failed: those whose label matches the whole pattern'),
      only: requestsOnly.optional(),
    }),
  ])
  .prefault({});

const logs = z
  .union([
    z.literal('none'),
    z.strictObject({
      container: dnsLabel
        .optional()
        .describe("Whose log is read; by default the pods' default container, or the first"),
      allow: z
        .array(regularExpression(500).min(1))
        .max(50)
        .default([])
        .describe('Errors that may be logged: regular expressions that a part of the message, or of the line, matches'),
      baseline: positiveDuration
        .default('5m')
        .describe("How far back stable's log is read for the errors that are not new"),
    }),
  ])
  .prefault({});

const candidateFromImage = z.strictObject({
  image: imageReference,
  container: dnsLabel.optional().describe('Which container gets the image; needed where the pod has several'),
  patch: z.looseObject({}).optional().describe("A JSON merge patch (RFC 7386) on the copy of stable's Deployment"),
});

const candidateFromManifest = z.strictObject({
  manifest: z
    .looseObject({ kind: z.literal('Deployment'), spec: z.looseObject({ template: z.looseObject({}) }) })
    .describe('A Deployment of your own; its name, replicas and slot labels are set by the deployment'),
  image: imageReference.optional().describe('Replaces the image in the manifest'),
  container: dnsLabel.optional(),
});

const identity = z.union([
  z.strictObject({ header: z.string().min(1).max(256) }),
  z.strictObject({ json: z.string().min(1).max(256).describe('A path such as build.version') }),
]);

const cutover = z
  .strictObject({
    minimumReady: z.int().min(1).optional().describe('Ready pods of the candidate at the switch; by default all'),
    verify: z
      .strictObject({
        path: z.string().startsWith('/').default('/'),
        connections: z.int().min(0).max(100).default(5).describe('Fresh connections to the Service after the switch'),
        identity: identity.optional().describe('Where an answer names its version'),
      })
      .prefault({}),
  })
  .prefault({});

const timeouts = z
  .strictObject({
    preflight: positiveDuration.default(defaultPreflight),
    deploy: positiveDuration.default('5m'),
    warmUp: positiveDuration.default('2m'),
    smoke: positiveDuration.default('5m'),
    cutover: positiveDuration.default('1m'),
    rollback: positiveDuration.default('10m'),
    teardown: positiveDuration.default('5m'),
  })
  .prefault({});

/** Each part by itself; what they are together is in spec-contradictions.ts. */
export const specSchema = z.strictObject({
  app: dnsLabel.max(50).describe('The app; its slots are the Deployments <app>-blue and <app>-green'),
  namespace: dnsLabel.default('default'),
  service: dnsLabel.describe('The production Service, whose selector decides which slot is live'),
  candidate: z.union([candidateFromManifest, candidateFromImage]),
  replicas: z.int().min(1).max(5_000).optional().describe('Pods of the candidate; by default as many as stable has'),
  minReadySeconds: z.int().min(0).max(3_600).optional(),
  access: z
    .enum(['proxy', 'direct'])
    .default('proxy')
    .describe("Reach pods through the API server's proxy or directly"),
  warmUp: z
    .strictObject({
      requests: z
        .array(httpRequest.extend({ count: z.int().min(1).max(10_000).default(1) }))
        .max(100)
        .default([]),
      required: z.boolean().default(false).describe('Whether an error of the warm-up ends the deployment'),
    })
    .prefault({}),
  smoke: z.strictObject({ checks: z.array(smokeCheck).max(50).default([]) }).prefault({}),
  soak,
  approval: z
    .strictObject({ required: z.boolean().default(false), timeout: positiveDuration.default('4h') })
    .prefault({}),
  cutover,
  monitor,
  metrics,
  logs,
  prometheus: prometheusServer.optional().describe('The Prometheus server that metrics and checks ask'),
  rollback: z
    .strictObject({
      automatic: z.boolean().default(true).describe('Whether a failed monitor switches back by itself'),
      minimumReady: z.int().min(1).default(1).describe('Ready pods that stable needs for the switch back'),
    })
    .prefault({}),
  retention: duration.default('24h').describe('How long stable is kept, at full size, as the fallback'),
  drain: duration.default('1m').describe('The longest wait for the last connections to the slot that goes away'),
  teardown: z.enum(['delete', 'scale-to-zero']).default('delete'),
  timeouts,
});

/** A spec with every default filled in. */
export type Spec = z.output<typeof specSchema>;
/** A spec as a user may write it, with what has a default left out. */
export type SpecInput = z.input<typeof specSchema>;
export type HttpRequest = z.output<typeof httpRequest>;
export type HttpExpectation = z.output<typeof httpExpectation>;
export type SmokeCheck = z.output<typeof smokeCheck>;
export type CheckJob = z.output<typeof checkJob>;
export type Thresholds = z.output<typeof thresholds>;
export type WatchSpec = z.output<typeof monitor>;
export type MetricsSpec = z.output<typeof metrics>;
export type LogsSpec = z.output<typeof logs>;
/** The pods' own pages of metrics. */
export type PodMetricsSpec = Extract<MetricsSpec, { path: string }>;
export type { PrometheusMetrics, PrometheusServer, RequestsOnly } from './spec-prometheus.ts';
export type { CheckCondition, WatchCheck } from './spec-checks.ts';
export type Identity = z.output<typeof identity>;
