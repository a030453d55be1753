import { describe, expect, it } from 'vitest';
import { renderStatus } from '../../../src/cli/render/status.ts';
import type { DeploymentStatus } from '../../../src/client/index.ts';
import { failingMonitor, monitoring, quietSoak, rolledBack } from '../watched.ts';
import { recordAt, status, watch } from './sample.ts';

const now = new Date('2026-11-23T14:18:30Z');

function text(shown: DeploymentStatus, width = 80): string {
  return renderStatus(shown, { now, width, colours: false });
}

function soaked(evidence = quietSoak()): DeploymentStatus {
  const record = recordAt('soak');
  record.evidence({ soak: evidence });
  return status(record.state);
}

/** Of a watch, from its first line to the one before the history. */
function watchOf(shown: string): string {
  return shown.slice(shown.search(/^ {2}monitor(?: so far)?:/m)).split('\n\n')[0] ?? '';
}

it('shows a failed monitor with its samples, what it rests on, how sure it is, and both slots over time', () => {
  expect(watchOf(text(status(rolledBack())))).toBe(
    `
  monitor: fail (50s, 10 looks)
    error rate 6.2 % of 2400 requests in the last 30s is above 1 %, and 31 times
    what stable had before the cutover
                 candidate (green)  stable (blue)  limit
     requests    3,986              41             ≥ 20
  ✗  error rate  3.74 %             0 %            ≤ 1 %
  ✓  P95         212ms              40ms           ≤ 500ms
  ?  P99         930ms              70ms           ≤ 1s
     restarts    0                  0              ≤ 0
     ready       10/10              10/10          all
  compared with stable: what it counted of users' traffic before the cutover; up
  to 1.5 times stable's share is tolerated
                               candidate     stable           sure it is worse
  ✗  failed                    149 of 3,986  48 of 24,102     > 99.9 %
  ✗  above stable's P95, 42ms  611 of 3,986  1,204 of 24,102  > 99.9 %
  could not measure by metrics of green, 3×: api-green-7d9f-x2k: no answer with…
                         soak                │since the cutover
  error rate  candidate  ▁▁▁▁▁▂▁▁▁▁▁▁▁▂▁▁▁▁▁▁│▁▁▁▁▁▃▄▆▆█         0–9.02 %
              stable     ▁▁▁▂▁▁▁▁▁▂▁▁▁▁▁▁▂▁▁▁│▁▁▁
  P95         candidate  ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂│▂▂▂▂▂▇▇███         0–240ms
              stable     ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂│▂▂▂`.slice(1),
  );
});

describe('a watch that runs', () => {
  it('shows the verdict so far in the same way', () => {
    const progress = { step: 'monitor', summary: '1m to go', at: now.toISOString(), watch: failingMonitor() } as const;
    const live = watchOf(text(status(monitoring(), { progress })));
    expect(live).toContain('monitor so far: fail (50s, 10 looks)');
    expect(live.split('\n').slice(1)).toEqual(
      watchOf(text(status(rolledBack())))
        .split('\n')
        .slice(1),
    );
  });

  it('is drawn alone while it is the soak', () => {
    const shown = text(soaked());
    expect(shown).not.toContain('since the cutover');
    expect(shown).toMatch(/error rate {2}candidate {2}[▁▂▃▄▅▆▇█]{30} {2}0–2 %/);
    expect(shown).toMatch(/✓ {2}failed +2 of 1,500 +3 of 1,500 +34 %/);
  });
});

describe('what is known of no slot', () => {
  it('is a gap in the chart, never a zero', () => {
    const unknown = { requests: null, errors: null, p95Ms: null };
    const points = (quietSoak().series ?? []).map((point, index) =>
      index < 30 ? { ...point, stable: unknown } : point,
    );
    const [first, second] = text(soaked({ ...quietSoak(), series: points }))
      .split('\n')
      .filter((line) => /[▁▂]/.test(line));
    expect(first).toMatch(/candidate {2}[▁▂▃▄▅▆▇█]{30}/);
    expect(second).toMatch(/stable {5} {15}[▁▂▃▄▅▆▇█]{15}/);
  });

  it('has no lines of stable in the first deployment of an app', () => {
    const record = recordAt('soak');
    record.evidence({ soak: { ...quietSoak(), stable: null } });
    expect(text(status({ ...record.state, stable: null }))).not.toMatch(/stable +[▁▂▃▄▅▆▇█]/);
  });
});

describe('the comparison', () => {
  const { comparison } = quietSoak();

  it.each([
    ['probes', 'compared with stable: the same requests, sent to both slots at the same time and timed by the worker'],
    ['traffic', 'compared with stable: what both slots counted at the same time'],
    ['baseline', "compared with stable: what it counted of users' traffic before the cutover"],
  ] as const)('with %s is said in words', (compared, words) => {
    const evidence = { ...quietSoak(), ...(comparison && { comparison: { ...comparison, with: compared } }) };
    expect(text(soaked(evidence), Infinity)).toContain(words);
  });

  it('with nothing says why', () => {
    const nothing = { with: 'nothing', why: 'there is no stable slot', tolerance: 1.5, metrics: [] } as const;
    const shown = text(soaked({ ...quietSoak(), comparison: nothing }));
    expect(shown).toContain('compared with nothing, only with the limits: there is no stable slot');
    expect(shown).not.toContain('sure it is worse');
  });

  it('says where too few requests could be compared', () => {
    const none = { requests: 0, events: 0 };
    const metric = { metric: 'p95', verdict: 'insufficient-data', candidate: none, stable: none } as const;
    const metrics = [{ ...metric, slowerThanMs: null, confidence: 0 }];
    const shown = text(soaked({ ...quietSoak(), ...(comparison && { comparison: { ...comparison, metrics } }) }));
    expect(shown).toMatch(/\?  above stable's P95 +0 of 0 +0 of 0 +–\n/);
  });

  it('says why latency was not compared, once where it is the same', () => {
    const none = { requests: 0, events: 0 };
    const metric = {
      verdict: 'insufficient-data',
      candidate: none,
      stable: none,
      slowerThanMs: null,
      confidence: 0,
    } as const;
    const why = "stable's latency is known of 17 requests, fewer than the 50 that tell what is slow";
    const metrics = [{ metric: 'p95', ...metric, why } as const, { metric: 'p99', ...metric, why } as const];
    const shown = text(
      soaked({ ...quietSoak(), ...(comparison && { comparison: { ...comparison, metrics } }) }),
      Infinity,
    );
    expect(shown.replace(/\s+/g, ' ')).toContain(`– P95 and P99 are not compared with stable's: ${why} `);
    expect(shown).not.toContain('how sure it is, is not known');
  });

  it('does not take what is not known for sure', () => {
    const counts = { candidate: { requests: 374, events: 30 }, stable: { requests: 943, events: 0 } };
    const metric = { metric: 'error-rate', verdict: 'fail', ...counts, slowerThanMs: null, confidence: null } as const;
    const evidence = { ...quietSoak(), ...(comparison && { comparison: { ...comparison, metrics: [metric] } }) };
    const shown = text(soaked(evidence), Infinity);
    expect(shown).toMatch(/failed +30 of 374 +0 of 943 +not known\n/);
    expect(shown).toContain('how sure it is, is not known after few looks, nor where all may have come in one burst');
  });

  it.each([
    ['pass', 0.98, true],
    ['pass', 0.4, false],
    ['fail', 0.98, false],
  ] as const)('that says %s at %d sure explains itself: %s', (verdict, confidence, explains) => {
    const counts = { candidate: { requests: 235, events: 9 }, stable: { requests: 235, events: 2 } };
    const metrics = [{ metric: 'error-rate', verdict, ...counts, slowerThanMs: null, confidence }] as const;
    const shown = text(soaked({ ...quietSoak(), ...(comparison && { comparison: { ...comparison, metrics } }) }));
    expect(shown.includes('how sure it is, is of one look alone')).toBe(explains);
  });

  it.each([
    [0, '< 1 %'],
    [0.949, '94 %'],
    [0.9949, '99.4 %'],
    [1, '> 99.9 %'],
  ])('that is %f sure is never told as certain', (confidence, words) => {
    const [metric] = comparison?.metrics ?? [];
    const changed = comparison && metric && { ...comparison, metrics: [{ ...metric, confidence }] };
    expect(text(soaked({ ...quietSoak(), ...(changed && { comparison: changed }) }))).toMatch(
      new RegExp(`3 of 1,500 +${words}\n`),
    );
  });
});

it('shows what was judged beside the metrics of the table', () => {
  const finding = { metric: 'logs', verdict: 'fail', over: 'watch', reason: 'a new error in 2 pods' } as const;
  const findings = [finding] as unknown as ReturnType<typeof watch>['findings'];
  expect(text(soaked(watch({ verdict: 'fail', findings })))).toContain('  ✗  logs  a new error in 2 pods');
});

it('renders the documents of older workers as before', () => {
  const shown = text(soaked(watch()));
  expect(shown).toContain('soak: pass: all thresholds hold (5m, 60 looks)\n');
  expect(shown).not.toMatch(/compared|[▁▂▃▄▅▆▇█]/);
});
