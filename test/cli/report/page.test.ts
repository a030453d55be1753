import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DeploymentStatus } from '../../../src/client/index.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { page } from '../../../src/cli/report/page.ts';
import { recordAt, recorded, status, watch } from '../render/sample.ts';
import { beyondMetrics } from '../beyond-metrics.ts';
import { failingMonitor, monitoring, quietSoak, rolledBack } from '../watched.ts';
import { hostile, withHostileTexts } from './hostile.ts';

const options = { now: new Date('2026-11-23T14:19:00Z'), version: '0.1.0' };

function pageOf(shown: DeploymentStatus): string {
  return page(shown, options);
}

/** What a reader sees: no tags, and blanks as one. */
function textOf(markup: string): string {
  return markup
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => characters[entity] ?? entity);
}

const characters: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function embeddedIn(markup: string): unknown {
  const [, json = ''] = /<script type="application\/json" id="state">([\s\S]*?)<\/script>/.exec(markup) ?? [];
  return JSON.parse(json);
}

describe('the page of a deployment', () => {
  const text = textOf(pageOf(status(rolledBack())));

  it.each([
    ['how it ended', 'default/api Rolled back: stable serves'],
    [
      'why, in one sentence',
      'Error rate 6.2 % of 2400 requests in the last 30s is above 1 %, and 31 times what stable had',
    ],
    ['what it was about', 'Version myapp:v1.0 → myapp:v2.0'],
    ['who asked and why', 'Asked for by ci: build 7'],
    ['each step with its time', 'monitor 14:17:36 50s failed : error rate 6.2 %'],
    ['what was never reached', 'Not reached: retention, drain, teardown.'],
    [
      'what a verdict rests on',
      'sent to both slots at the same time and timed by the worker, not by the pods; up to 1.5 times',
    ],
    [
      'a metric of both slots, its samples, limit and confidence',
      'error rate 3.74 % 149 of 3,986 0 % 0 of 41 ≤ 1 % ✗ fail > 99.9 % sure it is worse ✗ fail 149 of 3,986 against 48 of 24,102 failed',
    ],
    ['what was not measured', 'by metrics of green, 3×: api-green-7d9f-x2k: no answer within 2s'],
    ['the checks', 'migration job ✓ pass the Job succeeded took 2.1s'],
    ['the log of a check', 'The end of the log of migration ok 3 rows'],
    ['decisions, by whom', '14:17:34 approve by ann (update) dashboards are quiet'],
    ['switches, with digests and approver', 'To green docker.io/library/myapp@sha256:a0123456789abcdef Verified'],
    ['notices', '14:00:00 the Service has no PodDisruptionBudget'],
    [
      'what became of the slots',
      'api-green candidate myapp:v2.0 docker.io/library/myapp@sha256:a0123456789abcdef removed',
    ],
    ['the spec', 'app: api namespace: default service: api-service'],
    ['a chart in words', 'Candidate (green): at most 9.02 %, at 14:18:26; last 9.02 %. Stable (blue): at most 4 %'],
    ['the points of the charts', '14:17:56 387 0 0 % 42ms – – – –'],
  ])('has %s', (_, words) => {
    expect(text).toContain(words);
  });

  it('draws a curve a slot in each of three charts, the switches, and the limits', () => {
    const markup = pageOf(status(rolledBack()));
    expect(markup.match(/<path\s+class="curve candidate green"/g)).toHaveLength(3);
    expect(markup.match(/<path\s+class="curve stable blue"/g)).toHaveLength(3);
    // Those of the timeline too.
    expect(markup.match(/<line\s+class="moment switch"/g)).toHaveLength(2 * 4);
    expect(markup.match(/<line\s+class="limit"/g)).toHaveLength(2 * 2);
  });

  it('marks a point that has no neighbour to be joined with, and no other', () => {
    const failing = [
      [0, 0],
      [65, 8],
      [0, 0],
    ].map(([requests = 0, errors = 0], index) => ({
      at: `2026-11-23T14:00:${10 + 5 * index}Z`,
      candidate: { requests, errors, p95Ms: null },
      stable: null,
    }));
    const record = recordAt('monitor');
    record.evidence({ monitor: watch({ series: failing }) });
    // Of the error rates one is known, of the requests a second all are.
    const points = pageOf(status(record.state)).match(/<circle\s+class="point candidate green"\s+cx="[^"]*"/g);
    expect(points).toEqual([expect.stringContaining('cx="66.6')]);
  });

  it('loses nothing: the whole document is in it', () => {
    const shown = status(rolledBack());
    expect(embeddedIn(pageOf(shown))).toEqual(JSON.parse(JSON.stringify(shown)));
  });

  it('asks for nothing and runs nothing', () => {
    const markup = pageOf(status(rolledBack()));
    expect(markup.match(/\s(?:src|href|xlink:href|action)="[^"]*|url\(/g)).toEqual([' href="data:,']);
    expect(markup.match(/<script[^>]*>/g)).toEqual(['<script type="application/json" id="state">']);
    expect(markup).not.toMatch(/\sstyle="|\son[a-z]+="/);
    expect(markup).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
  });
});

describe('what is not known', () => {
  it('is left out of the page of a refused deployment, and names of fields stay as they are', () => {
    const record = recorded();
    record.begin('preflight');
    record.failed({ name: 'Refused', message: 'candidate.container is "web", which the pods do not have' });
    record.conclude('refused');
    const text = textOf(pageOf(status(record.state)));
    expect(text).toContain('candidate.container is "web"');
    expect(text).not.toContain('Version');
    const asked = status(record.state, { asked: 'default/api → myapp:v2.0' });
    expect(textOf(pageOf(asked))).toContain('Version default/api → myapp:v2.0');
  });

  it('is said of a slot that was not measured', () => {
    const record = recordAt('soak');
    const unknown = { requests: null, errors: null, p95Ms: null };
    const points = quietSoak().series?.map((point) => ({ ...point, candidate: unknown })) ?? [];
    record.evidence({ soak: { ...quietSoak(), series: points } });
    expect(textOf(pageOf(status(record.state)))).toContain('Nothing is known of the candidate.');
  });
});

describe('what a watch found out beside its metrics', () => {
  const record = recordAt('approval');
  record.evidence({ soak: { ...quietSoak(), ...beyondMetrics } });
  const text = textOf(pageOf(status(record.state)));

  it.each([
    ['checks', 'queue length ✗ fail 120 40.1235 ≤ 100, ≤ 1.5 × stable 120 is above 100'],
    ['checks that gave nothing', 'orders ? insufficient data – – > 0 the query gave nothing'],
    ['errors that only the candidate logs', '✗ new timeout of <ip> after <duration> A line 2026-11-23T14:18:02Z ERROR'],
    ['where they were logged', '294× api-green-7d9f-x2k, api-green-7d9f-q8m and 5 more 0× 14:18:02'],
    [
      'how much was read',
      'Of 2 of 10 pods of candidate: 48,211 lines, 310 errors, 12 of them allowed by the spec, more lines',
    ],
    [
      'where requests went',
      'At the end 99.8 % reached the candidate. Stable answered 41 since the watch began, the last at 14:17:51.',
    ],
    ['failed probes with their traces', '14:03:11 green GET /api/items answered 503 4bf92f3577b34da6a3ce929d0e0e4736'],
    ['warnings', 'green: Unhealthy , 14× about 2 objects, last at 14:18:20 : Readiness probe failed'],
    ['CPU and memory', 'Candidate 10 214m 125 MiB 200 MiB Stable – – – –'],
  ])('has %s', (_, words) => {
    expect(text).toContain(words);
  });
});

describe('the page of a deployment that runs', () => {
  it('shows the watch so far, and what is next', () => {
    const progress = { step: 'monitor', summary: '4m to go', at: '', watch: failingMonitor() } as const;
    const text = textOf(pageOf(status(monitoring(), { progress })));
    expect(text).toContain('Running, at monitor');
    expect(text).toContain('Monitor, so far ✗ fail');
    expect(text).toContain('Next the monitor ends in 3m36s, at 14:22:36 UTC');
    expect(text).not.toContain('Ended');
  });

  it('stands when nothing is known but that it began', () => {
    expect(textOf(pageOf(status(recordAt('preflight').state)))).toContain('Running, at preflight');
  });
});

it('shows the documents of older workers without charts', () => {
  const record = recordAt('approval');
  record.evidence({ soak: watch() });
  const text = textOf(pageOf(status(record.state)));
  expect(text).toContain('Soak ✓ pass All thresholds hold.');
  expect(text).not.toMatch(/Both slots over time|Compared with/);
});

function everything(): DeploymentStatus {
  const state = rolledBack();
  const { soak } = state.evidence;
  return status({ ...state, evidence: { ...state.evidence, soak: soak && { ...soak, ...beyondMetrics } } });
}

describe('what others have written', () => {
  it('is text, in every place', () => {
    const shown = withHostileTexts(everything());
    const markup = pageOf(shown);
    const tags = new Set(markup.match(/<[a-z!][^\s>]*/g));
    expect([...tags].filter((tag) => ['<img', '<iframe', '<textarea', '<!--'].includes(tag))).toEqual([]);
    expect(markup.match(/<script/g)).toHaveLength(1);
    expect(markup.match(/<style/g)).toHaveLength(1);
    expect(markup).not.toMatch(/<svg[^>]*onload/);
    expect(textOf(markup).split('<iframe').length).toBeGreaterThan(50);
    expect(hostile).toContain('<iframe');
  });

  it('is in the embedded document as it was', () => {
    const shown = withHostileTexts(everything());
    expect(embeddedIn(pageOf(shown))).toEqual(JSON.parse(JSON.stringify(shown)));
  });
});

describe('a deployment that really ran', () => {
  const folder = new URL('../../replay/histories/', import.meta.url);
  const ended = readdirSync(folder).flatMap((file) => {
    const state = endOf(readFileSync(new URL(file, folder), 'utf8'));
    return state === null ? [] : [[file, state] as const];
  });

  it.each(ended)('has its page: %s', (_file, state) => {
    const text = textOf(pageOf(status(state)));
    expect(text).toContain(state.id);
    expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/);
  });
});

interface History {
  readonly events: readonly {
    readonly workflowExecutionCompletedEventAttributes?: {
      readonly result: { readonly payloads: { readonly data: string }[] };
    };
    readonly workflowExecutionFailedEventAttributes?: {
      readonly failure: {
        readonly applicationFailureInfo?: { readonly details?: { readonly payloads: { readonly data: string }[] } };
      };
    };
  }[];
}

/** The document that a history ended with. */
function endOf(history: string): DeploymentState | null {
  const last = (JSON.parse(history) as History).events.at(-1);
  const payloads =
    last?.workflowExecutionCompletedEventAttributes?.result.payloads ??
    last?.workflowExecutionFailedEventAttributes?.failure.applicationFailureInfo?.details?.payloads;
  const [payload] = payloads ?? [];
  return payload === undefined ? null : (JSON.parse(Buffer.from(payload.data, 'base64').toString()) as DeploymentState);
}
