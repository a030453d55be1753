/** The state document stays small, whatever applications, people and Kubernetes say. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundedSmoke, largest } from '../../src/domain/bounds.ts';
import type { CheckResult, SlotMeasurement, WatchEvidence } from '../../src/domain/evidence.ts';
import type { LogTemplate } from '../../src/domain/log-evidence.ts';
import { DeploymentRecord } from '../../src/domain/record.ts';
import type { Spec } from '../../src/domain/spec.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import { stepNames, type SlotState, type SwitchRecord } from '../../src/domain/state.ts';
import { toMarkdown } from '../../src/domain/summary.ts';
import { bytesKept, expectAlways, text } from './documents.ts';

const at = '2026-11-23T14:05:00.000Z';
const many = <T>(one: T): T[] => Array.from({ length: 300 }, () => one);

/** As many smoke checks as a spec may have, and as large as it may be. */
function largestSpec(): Spec {
  const checks = Array.from({ length: 50 }, (_, index) => ({
    name: `check ${index}`,
    http: { body: 'x'.repeat(1_100) },
  }));
  const requests = Array.from({ length: 100 }, () => ({}));
  const parsed = parseSpec({
    app: 'api',
    service: 'api-service',
    candidate: { image: 'a' },
    smoke: { checks },
    warmUp: { requests },
    soak: { traffic: { requests: requests.slice(50) } },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  return parsed.spec;
}

const spec = largestSpec();

function slot(said: string): SlotState {
  const images = many(said);
  return {
    slot: 'blue',
    deployment: 'api-blue',
    desiredPods: 1e9,
    readyPods: 1e9,
    images,
    imageDigests: images,
    seenAt: at,
  };
}

function watchOf(said: string): WatchEvidence {
  const measured: SlotMeasurement = {
    requests: 1 / 3,
    errors: 1 / 3,
    errorRate: 1 / 3,
    p95Ms: 1 / 3,
    p99Ms: 1 / 3,
    restarts: 1e9,
    readyPods: 1e9,
    desiredPods: 1e9,
  };
  const logs = { pods: many(said), ready: 1e9, lines: 1e9, errors: 1e9, allowed: 1e9, unfiled: 1e9, leftOut: 1e9 };
  const template: LogTemplate = {
    template: said,
    sample: said,
    kind: 'more-frequent',
    count: 1e9,
    pods: many(said),
    podCount: 1e9,
    stableCount: 1e9,
    firstSeen: at,
  };
  return {
    verdict: 'insufficient-data',
    reason: said,
    findings: many({ metric: 'error-rate', verdict: 'insufficient-data', over: 'window', reason: said }),
    candidate: measured,
    stable: measured,
    samples: 1e9,
    watchedMs: 1e9,
    unmeasured: many({ source: said, reason: said, count: 1e9 }),
    logs: { candidate: logs, stable: logs, templates: many(template), others: 1e9 },
  };
}

function switchOf(by: string): SwitchRecord {
  const digests = many(by);
  return {
    kind: 'rollback',
    from: 'green',
    to: 'blue',
    fromImageDigests: digests,
    toImageDigests: digests,
    by,
    approvedBy: by,
    reason: by,
    fence: 1e9,
    requestedAt: at,
    patchedAt: at,
    verifiedAt: at,
    requestToPatchMs: 1e9,
    patchToVerifiedMs: 1e9,
    verification: by,
  };
}

function checksOf(said: string): CheckResult[] {
  return many({ name: said, kind: 'job', passed: false, detail: said, durationMs: 1e9, log: said });
}

/** A deployment in which everything happens that can, and everybody says the same; each notice has a number, since none is kept twice. */
function recordOf(said: string): DeploymentRecord {
  const record = new DeploymentRecord({ id: 'shop/api', runId: 'run', requestedBy: said, reason: said }, () => at);
  record.planned({ spec, stable: slot(said), notices: many(said).map((notice, n) => `${n} ${notice}`) });
  for (const step of [...stepNames, 'rollback'] as const) {
    record.begin(step, { waitingFor: said, next: { what: 'ends by itself', at } });
    record.end(step, 'failed', said);
  }
  record.begin('rollback', { waitingFor: said });
  record.seen({ candidate: slot(said), stable: slot(said) });
  record.evidence({
    warmUp: { pods: 1e9, requestsSent: 1e9, requestsFailed: 1e9, errors: many({ message: said, count: 1e9 }) },
    smoke: { verdict: 'fail', checks: checksOf(said) },
    soak: watchOf(said),
    monitor: watchOf(said),
  });
  for (const decision of many({ kind: 'rollback', by: said, reason: said, via: 'cancel' } as const))
    record.decided(decision);
  for (const one of many(switchOf(said))) record.switched(one);
  record.failed({ name: 'CandidateNotReady', message: said });
  return record;
}

it('is below its limit after a deployment in which all that can be said is too long', () => {
  expectAlways(text, (said) => bytesKept(recordOf(said).state) < largest.state, 60);
});

it.each(['x', '\u0001', '\ud800', '💥', 'é', '"', '\n'])(
  'is below its limit when everybody says %j, and nearly fills it',
  (sign) => {
    const { state } = recordOf(sign.repeat(100_000));
    expect(bytesKept(state)).toBeLessThan(largest.state);
    expect(bytesKept(state)).toBeGreaterThan(0.9 * largest.state);
    // The page for the Temporal UI goes through a URL.
    expect(Buffer.byteLength(toMarkdown(state))).toBeLessThan(20_000);
  },
);

it('keeps what is short as it was said', () => {
  const record = recordOf('all is well');
  expect(record.state).toMatchObject({ requestedBy: 'all is well', failure: { message: 'all is well' } });
  expect(record.state.steps.every(({ detail }) => detail === 'all is well' || detail === null)).toBe(true);
  expect(record.state.evidence.soak?.logs).toMatchObject({ others: 290 + 1e9 });
  expect(record.state.evidence.soak?.unmeasured[9]).toEqual({
    source: 'all is well',
    reason: 'all is well',
    count: 1e9,
  });
});

function jobCheck(passed: boolean, log: string): CheckResult {
  return { name: 'n', kind: 'job', passed, detail: 'd', durationMs: 1, log };
}

it('keeps the logs of failed smoke checks before those of others, and of each its end', () => {
  const passed = Array.from({ length: 8 }, () => jobCheck(true, 'fine'.repeat(2_000)));
  const { checks } = boundedSmoke({
    verdict: 'fail',
    checks: [...passed, jobCheck(false, `${'💥'.repeat(5_000)}the end`)],
  });
  expect(checks.at(-1)?.log).toMatch(/^(💥)+the end$/u);
  expect(checks.filter(({ log }) => log !== undefined)).toHaveLength(4);
});

it('is given no more by an activity than it keeps', () => {
  expectAlways(fc.array(text, { maxLength: 50 }), (texts) => {
    const checks = texts.flatMap((said) => checksOf(said).slice(0, 1));
    const bounded = boundedSmoke({ verdict: 'fail', checks });
    return bytesKept(bounded) < 90_000 && bytesKept(boundedSmoke(bounded)) === bytesKept(bounded);
  });
});
