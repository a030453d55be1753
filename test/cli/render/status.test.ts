import { describe, expect, it } from 'vitest';
import { renderStatus } from '../../../src/cli/render/status.ts';
import type { DeploymentStatus } from '../../../src/client/index.ts';
import type { WatchEvidence } from '../../../src/domain/evidence.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { measurement, now, recordAt, recorded, slot, status, switchRecord, watch } from './sample.ts';

function text(shown: DeploymentStatus, width = Infinity): string {
  return renderStatus(shown, { now, width, colours: false });
}

function lines(shown: DeploymentStatus): string[] {
  return text(shown).split('\n');
}

describe('the header', () => {
  it('says what is deployed, by whom and why, and for how long', () => {
    const [first, second] = lines(status(recordAt('soak').state));
    expect(first).toBe('default/api  at soak  begun 4m59s ago');
    expect(second).toBe('myapp:v2.0, asked for by ci: build 7');
  });

  it('says how it ended', () => {
    const record = recordAt('monitor');
    record.end('monitor', 'failed', 'too slow');
    record.conclude('rolled-back');
    expect(text(status(record.state))).toMatch(/^default\/api {2}rolled back: stable serves {2}after \d+s/);
  });

  it.each([
    [null, 'rolled back: no slot is live, as before'],
    [slot('blue', 'myapp:v1.0'), 'rolled back: stable serves'],
  ])('says what serves after a rollback, where stable was %j', (stable, words) => {
    const record = recordAt('smoke');
    record.conclude('rolled-back');
    expect(text(status({ ...record.state, stable }))).toContain(`default/api  ${words}`);
    expect(text(status({ ...record.state, spec: null, stable }))).toContain('rolled back: nothing was changed');
  });

  it('is of a first deployment, with the image of its manifest once that is known', () => {
    const manifest = { kind: 'Deployment', spec: { template: { spec: { containers: [{ name: 'shop' }] } } } };
    const record = recordAt('deploy', { candidate: { manifest } });
    const state = (): DeploymentState => ({ ...record.state, stable: null });
    expect(lines(status(state()))[1]).toBe('a manifest, asked for by ci: build 7');
    record.seen({ candidate: slot('blue', 'myapp:v1.0') });
    record.traffic('blue', 2);
    expect(lines(status(state()))[1]).toBe('myapp:v1.0, asked for by ci: build 7');
    expect(text(status(state()))).toContain('──▶ [blue] myapp:v1.0 (b0123456789a) 10/10 ready  candidate');
    record.conclude('finished');
    expect(text(status(state()))).toMatch(/^default\/api {2}finished: the candidate serves, the first of its app /);
  });

  it('stands when preflight has found nothing out yet', () => {
    const record = recorded();
    record.begin('preflight');
    expect(lines(status(record.state)).slice(0, 3)).toEqual([
      'default/api  at preflight  begun 4m59s ago',
      'asked for by ci: build 7',
      '',
    ]);
  });
});

describe('the picture of the traffic', () => {
  it('leads users to stable before the cutover, with the candidate beside it', () => {
    expect(text(status(recordAt('soak').state))).toContain(
      [
        '  users ──▶ api-service ──▶ [blue] myapp:v1.0 (b0123456789a) 10/10 ready  stable',
        '                             green myapp:v2.0 (a0123456789a) 10/10 ready  candidate',
      ].join('\n'),
    );
  });

  it('leads users to the candidate after the cutover', () => {
    expect(text(status(recordAt('retention').state))).toContain('users ──▶ api-service ──▶ [green] myapp:v2.0');
  });

  it('shows the pods that the running step sees, not those of the last document', () => {
    const progress = {
      step: 'deploy' as const,
      summary: '3 of 10 pods are ready; api-green-abc: ImagePullBackOff',
      at: now.toISOString(),
      candidate: { ...slot('green', 'myapp:v2.0', 3), imageDigests: [] },
    };
    const shown = text(status(recordAt('deploy').state, { progress }));
    expect(shown).toMatch(/ green myapp:v2\.0 +3\/10 ready/);
    expect(shown).toMatch(/▸ {2}deploy .* 3 of 10 pods are ready; api-green-abc: ImagePullBackOff/);
  });

  it('says what became of the slot that is gone', () => {
    const finished = recordAt('retention');
    finished.conclude('finished');
    expect(text(status(finished.state))).toMatch(/blue .* torn down +stable/);
    const rejected = recordAt('approval');
    rejected.conclude('rejected');
    expect(text(status(rejected.state))).toMatch(/green .* removed +candidate/);
    const superseded = recordAt('retention');
    superseded.conclude('superseded');
    expect(text(status(superseded.state))).toMatch(/blue .* left to the next deployment +stable/);
  });

  it('says so when the Service selects no slot yet', () => {
    const record = recordAt('deploy');
    record.seen({ stable: null, candidate: slot('blue', 'myapp:v1.0', 0) });
    record.traffic(null, 1);
    expect(text(status(record.state))).toContain('users ──▶ api-service ──▶ nothing yet');
  });
});

describe('the steps', () => {
  it('have their mark, start, duration and result', () => {
    const shown = text(status(recordAt('soak').state));
    expect(shown).toMatch(/✓ {2}preflight {2}14:00:02 +1s {2}api-blue is live/);
    expect(shown).toMatch(/▸ {2}soak +14:00:11 +4m49s/);
    expect(shown).toMatch(/· {2}teardown/);
  });

  it('that were never reached share one line', () => {
    const record = recordAt('smoke');
    record.end('smoke', 'failed', 'health: 503');
    record.conclude('rolled-back');
    const shown = text(status(record.state));
    expect(shown).toMatch(/✗ {2}smoke .* health: 503/);
    expect(shown).toContain('–  not reached: soak, approval, cutover, monitor, retention, drain, teardown');
  });

  it('that are tried again say why', () => {
    const retrying = { activity: 'deploy', attempt: 4, lastFailure: 'cannot reach Kubernetes at 10.0.0.1' };
    const shown = lines(status(recordAt('deploy').state, { retrying }));
    const index = shown.findIndex((line) => line.includes('▸'));
    expect(shown[index + 1]).toBe('     attempt 4; the one before failed: cannot reach Kubernetes at 10.0.0.1');
  });
});

describe('the evidence', () => {
  it('puts candidate and stable side by side, with the limits of the spec', () => {
    const record = recordAt('approval');
    record.evidence({ soak: watch({ candidate: measurement({ errorRate: 0.0075 }) }) });
    const shown = text(status(record.state));
    expect(shown).toContain('soak: pass: all thresholds hold (5m, 60 looks)');
    expect(shown).toMatch(/candidate \(green\) +stable \(blue\) +limit/);
    expect(shown).toMatch(/requests +1,203 +1,198 +≥ 20/);
    expect(shown).toMatch(/error rate +0\.75 % +0 % +≤ 1 %/);
    expect(shown).toMatch(/P95 +23ms +23ms +≤ 500ms/);
  });

  it('of a running watch goes before that of an earlier one', () => {
    const record = recordAt('monitor');
    record.evidence({ soak: watch() });
    const live = watch({ verdict: 'insufficient-data', reason: 'only 3 requests', samples: 1, watchedMs: 5_000 });
    const progress = { step: 'monitor' as const, summary: '1 sample', at: now.toISOString(), watch: live };
    const shown = text(status(record.state, { progress }));
    expect(shown).toContain('monitor so far: insufficient data: only 3 requests (5s, 1 look)');
    expect(shown).not.toContain('soak: pass');
  });

  it('marks the metric that failed, and says what could not be measured', () => {
    const record = recordAt('monitor');
    const failed = { metric: 'error-rate', verdict: 'fail', over: 'window', reason: 'too many' } as const;
    const passed = { metric: 'error-rate', verdict: 'pass', over: 'watch', reason: 'few' } as const;
    const unmeasured = [{ source: 'metrics', reason: 'api-green-abc: connection refused', count: 2 }];
    record.evidence({ monitor: watch({ verdict: 'fail', findings: [passed, failed], unmeasured, stable: null }) });
    const shown = text(status(record.state));
    expect(shown).toMatch(/✗ {2}error rate +0 % +–/);
    expect(shown).toContain('could not measure by metrics, 2×: api-green-abc: connection refused');
  });

  it('shows every check until there is a watch, later only failed ones', () => {
    const checks = [
      { name: 'health', kind: 'http', passed: true, detail: '200 in 12ms', durationMs: 12 },
      { name: 'items', kind: 'http', passed: false, detail: 'expected 200, got 503', durationMs: 8 },
    ] as const;
    const record = recordAt('soak');
    record.evidence({ smoke: { verdict: 'fail', checks } });
    expect(text(status(record.state))).toMatch(/✓ {2}health +12ms {2}200 in 12ms\n {2}✗ {2}items +8ms {2}expected 200/);
    record.evidence({ smoke: { verdict: 'pass', checks: checks.slice(0, 1) }, soak: watch() });
    expect(text(status(record.state))).not.toContain('200 in 12ms');
  });
});

describe('what comes next', () => {
  it('is the time in UTC, and the commands that would be taken now', () => {
    const record = recordAt('retention');
    record.begin('retention', { next: { what: 'api-blue is torn down', at: '2026-11-24T14:04:00Z' } });
    const shown = text(status(record.state));
    expect(shown).toContain('next     api-blue is torn down in 23h59m, at 2026-11-24 14:04:00 UTC');
    expect(shown).toContain(
      'you can  cutover rollback default/api --reason "…"\n           cutover finish default/api',
    );
  });

  it.each([
    ['monitor', {}, 'switches back to blue unless the monitor has enough data'],
    ['soak', {}, 'removes the candidate unless the soak has enough data'],
    ['monitor', { monitor: { onInsufficientData: 'continue' } }, 'goes on, with enough data or without'],
  ] as const)('is the end of the extension of the %s with %j, and what follows from it', (step, spec, words) => {
    const record = recordAt(step, spec);
    record.begin(step, { next: { what: `the ${step} ends`, at: '2026-11-23T14:04:30Z' } });
    const progress = { step, summary: 's', at: now.toISOString(), expectedAt: '2026-11-23T14:05:39Z' };
    const shown = text(status(record.state, { progress: { ...progress, isExtended: true } }));
    expect(shown).toContain(`next     ${words} in 39s, at 14:05:39 UTC`);
    expect(text(status(record.state, { progress }))).toContain(`next     the ${step} ends in 39s, at 14:05:39 UTC`);
  });

  it('is the removal of the candidate, while it is drained after a rollback', () => {
    const record = recordAt('monitor');
    record.begin('rollback');
    record.end('rollback', 'done', 'back');
    const progress = {
      step: 'drain',
      summary: 's',
      at: now.toISOString(),
      expectedAt: '2026-11-23T14:05:57Z',
    } as const;
    expect(text(status(record.state, { progress }))).toMatch(
      /next +api-green is removed, at the latest in 57s, at 14:05:57 UTC/,
    );
    expect(text(status(record.state, { progress }))).toMatch(/▸ {2}drain +s\n/);
    record.begin('drain');
    expect(text(status(record.state, { progress }))).toMatch(/next +the drain ends in 57s, at 14:05:57 UTC/);
  });

  it('is the exact command that answers, while it waits for an operator', () => {
    const record = recordAt('approval');
    record.begin('approval', { waitingFor: 'an operator: cutover approve default/api' });
    const shown = text(status(record.state));
    expect(shown).toContain('waits for  an operator: cutover approve default/api');
    expect(shown).toContain('cutover reject default/api --reason "…"');
  });

  it('is nothing once it is over', () => {
    const record = recordAt('retention');
    record.conclude('finished');
    expect(text(status(record.state))).not.toContain('you can');
  });

  it.each(['terminated', 'rollback-failed', 'failed'] as const)('is a rollback by hand after %s', (outcome) => {
    const state = { ...recordAt('retention').state, outcome };
    expect(text(status(state))).toContain('you can  cutover rollback default/api --reason "…"');
    expect(text(status({ ...state, stable: null }))).not.toContain('you can');
  });
});

describe('the history', () => {
  it('tells switches, decisions and the failure', () => {
    const record = recordAt('monitor');
    record.decided({ kind: 'approve', by: 'ann', reason: 'quiet', via: 'signal' });
    record.switched(switchRecord({ kind: 'rollback', from: 'green', to: 'blue', by: 'automatic', reason: 'errors' }));
    record.failed({ name: 'MonitorFailed', message: 'error rate 3.2 %\nsecond line' });
    record.conclude('rolled-back');
    const shown = text(status(record.state));
    expect(shown).toMatch(
      /cutover +blue ──▶ green, patched in 14ms, verified 212ms later {2}by ci: build 7; approved by ann: quiet$/m,
    );
    expect(shown).toMatch(/rollback +green ──▶ blue, patched in 14ms, verified 212ms later {2}by automatic: errors/);
    expect(shown).toMatch(/approve {2}by ann \(signal\): quiet/);
    expect(shown).toContain('why: MonitorFailed\n    error rate 3.2 %\n    second line');
  });

  it('says loudly that a switch was not verified', () => {
    const record = recordAt('cutover');
    record.switched(switchRecord({ verifiedAt: null, patchToVerifiedMs: null, verification: 'one pod is missing' }));
    expect(text(status(record.state))).toContain('NOT VERIFIED: one pod is missing');
  });
});

describe('the page', () => {
  it('never is wider than the terminal', () => {
    const record = recordAt('soak');
    record.notice('x'.repeat(500));
    for (const line of text(status(record.state), 60).split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('lets nobody move the cursor or break a line', () => {
    const record = recordAt('soak');
    record.notice('\u001B[2Jgone\r\nnext\u0007');
    record.failed({ name: 'Unexpected', message: 'a\u001B[31m red \u0007bell' });
    const shown = text(status(record.state));
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
    expect(shown).toContain('gone; next');
  });

  it('has colours only where they are wanted', () => {
    const shown = status(recordAt('soak').state);
    expect(renderStatus(shown, { now, width: 80, colours: true })).toContain('\u001B[32m✓\u001B[0m');
    expect(text(shown)).not.toContain('\u001B');
  });
});

/** With this evidence of the monitor. */
function withMonitor(changes: Partial<WatchEvidence>): string {
  const record = recordAt('monitor');
  record.evidence({ monitor: watch(changes) });
  return text(status(record.state));
}

describe('what a watch found out beside the requests', () => {
  const at = '2026-11-23T14:03:00Z';

  it('is where the requests go, and the tail on stable until it is gone', () => {
    const tail = { candidateShare: 0.9999, stableRequests: 12, stableLastAt: at, tailIsOver: false };
    expect(withMonitor({ distribution: tail })).toContain(
      'traffic to the candidate: 99.9 % of the last requests; stable got 12 since the cutover, the last at 14:03:00, and may get more',
    );
    const over = { ...tail, candidateShare: 1, tailIsOver: true };
    expect(withMonitor({ distribution: over })).toContain(
      '100 % of the last requests; stable got 12 since the cutover, the last at 14:03:00\n',
    );
    const none = { candidateShare: null, stableRequests: 0, stableLastAt: null, tailIsOver: true };
    expect(withMonitor({ distribution: none })).toContain('no requests lately; stable got none since the cutover');
  });

  it('is what the pods use, or why that is not known', () => {
    const usage = { pods: 2, cpuPerPod: 0.25, memoryPerPod: 128 * 2 ** 20, memoryPeak: 0 };
    const both = { candidate: usage, stable: { ...usage, cpuPerPod: 1.5 }, why: null };
    expect(withMonitor({ usage: both })).toContain(
      "CPU and memory of a pod: 250m and 128Mi; of stable's: 1.5 and 128Mi",
    );
    const unknown = { candidate: null, stable: null, why: 'the cluster has no metrics API' };
    expect(withMonitor({ usage: unknown })).toContain('CPU and memory are not known: the cluster has no metrics API');
  });

  it('is what Kubernetes warns of, and the traces of failed probes', () => {
    const warning = {
      slot: 'green',
      reason: 'Unhealthy',
      message: 'Readiness probe failed',
      objects: 2,
      count: 5,
      lastAt: at,
    } as const;
    const probe = { traceId: 'abc', slot: 'green', request: 'GET /', outcome: 'answered 503', at } as const;
    const said = withMonitor({ warnings: [warning], failedProbes: [probe] });
    expect(said).toContain('green: 5× Unhealthy of 2 pods, last at 14:03:00: Readiness probe failed');
    expect(said).toContain('green: GET / at 14:03:00 answered 503 (trace abc)');
  });
});
