import type { WatchEvidence } from '../../src/domain/evidence.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const read = {
  pods: ['api-green-7d9f-x2k', 'api-green-7d9f-q8m'],
  ready: 10,
  lines: 48_211,
  errors: 310,
  allowed: 12,
  unfiled: 0,
  leftOut: 1,
};

/** What a watch finds out beside its metrics, all of it. */
export const beyondMetrics = {
  checks: [
    {
      name: 'queue length',
      verdict: 'fail',
      candidate: 120,
      stable: 40.123_456_7,
      condition: '≤ 100, ≤ 1.5 × stable',
      reason: '120 is above 100',
    },
    {
      name: 'orders',
      verdict: 'insufficient-data',
      candidate: null,
      stable: null,
      condition: '> 0',
      reason: 'the query gave nothing',
    },
  ],
  logs: {
    candidate: read,
    stable: { ...read, pods: ['api-blue-5c6b-aaa'], lines: 51_002, errors: 4, allowed: 0, leftOut: 0 },
    templates: [
      {
        template: 'timeout of <ip> after <duration>',
        sample: '2026-11-23T14:18:02Z ERROR timeout of 10.0.0.7 after 2s',
        kind: 'new',
        count: 294,
        pods: ['api-green-7d9f-x2k', 'api-green-7d9f-q8m'],
        podCount: 7,
        stableCount: 0,
        firstSeen: '2026-11-23T14:18:02Z',
      },
      {
        template: 'cache miss for <id>',
        sample: 'ERROR cache miss for 4711',
        kind: 'known',
        count: 4,
        pods: ['api-green-7d9f-x2k'],
        podCount: 1,
        stableCount: 4,
        firstSeen: null,
      },
    ],
    others: 2,
  },
  distribution: { candidateShare: 0.998, stableRequests: 41, stableLastAt: '2026-11-23T14:17:51Z', tailIsOver: true },
  failedProbes: [
    { traceId, slot: 'green', request: 'GET /api/items', outcome: 'answered 503', at: '2026-11-23T14:03:11Z' },
  ],
  warnings: [
    {
      slot: 'green',
      reason: 'Unhealthy',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      objects: 2,
      count: 14,
      lastAt: '2026-11-23T14:18:20Z',
    },
  ],
  usage: {
    candidate: { pods: 10, cpuPerPod: 0.214, memoryPerPod: 131_072_000, memoryPeak: 209_715_200 },
    stable: null,
    why: 'the pods of stable have no usage yet',
  },
} as const satisfies Partial<WatchEvidence>;
