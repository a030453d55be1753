/** What `cutover validate --connect` finds, against a real Prometheus that scrapes pods on loopback. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SpecInput } from '../../src/domain/spec.ts';
import { prometheusBinary, startPrometheus } from '../evidence/prometheus/prometheus-process.ts';
import type { SlotsRig } from './slots-rig.ts';
import { found, limits, page, query, rigWith } from './validating.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function scrapedRig(): Promise<{ rig: SlotsRig; url: string }> {
  const rig = await rigWith(page);
  const port = rig.close('nobody');
  const targets = rig.pods.map(({ ip, name }) => ({
    address: `${ip}:${port}`,
    labels: { namespace: 'default', pod: name },
  }));
  const server = await startPrometheus({ targets });
  closing.push(() => server.stop());
  const url = `http://127.0.0.1:${server.port}`;
  await vi.waitFor(
    async () => {
      const answer = await fetch(`${url}/api/v1/query?query=count(http_requests_total)`);
      if (!(await answer.text()).includes('"2"]')) throw new Error('not scraped yet');
    },
    { timeout: 20_000, interval: 100 },
  );
  return { rig, url };
}
describe.skipIf(prometheusBinary === null)('what a real Prometheus is asked', () => {
  it('is found right, or wrong with its field and its words', async () => {
    const { rig, url } = await scrapedRig();
    const prometheus = { url };
    const right = { prometheus, metrics: { prometheus: { preset: 'http' as const } }, ...limits('500ms', '500ms') };
    expect(await found(rig, right)).toEqual({ told: [], unchecked: [], notes: [] });

    const checks = [
      query('sum('),
      query('sum(no_such{slot="{{slot}}"})'),
      query('http_requests_total'),
      query('0 / 0'),
    ];
    expect((await found(rig, { ...right, soak: { ...right.soak, checks } })).told).toEqual([
      expect.stringMatching(
        /^soak\.checks\[0\]\.prometheus\.query: Prometheus refuses the query "sum\(": .*unclosed left parenthesis$/,
      ),
      expect.stringMatching(
        /^soak\.checks\[1\]\.prometheus\.query: "sum\(no_such\{slot="blue"\}\)" gives no series of api-blue, which is live/,
      ),
      expect.stringMatching(
        /^soak\.checks\[2\]\.prometheus\.query: .* gives 2 series: write one that gives one number/,
      ),
      expect.stringMatching(/^soak\.checks\[3\]\.prometheus\.query: "0 \/ 0" is NaN, as 0 \/ 0 is: without a number/),
    ]);

    const of = async (
      own: NonNullable<Extract<SpecInput['metrics'], { prometheus: unknown }>>['prometheus'],
      more = {},
    ) => (await found(rig, { ...right, ...more, metrics: { prometheus: own } })).told;
    expect(await of({ preset: 'spring-boot' })).toEqual([
      expect.stringMatching(/^metrics\.prometheus\.preset: .* gives no requests of api-blue, which is live/),
    ]);
    expect(await of({ preset: 'promhttp' })).toEqual([
      expect.stringMatching(/^metrics\.prometheus\.preset: no series of http_requests_total has the label code/),
    ]);
    expect(await of({ requests: 'sum by (pod) (http_requests_total', errors: 'vector(0)' })).toEqual([
      expect.stringMatching(/^metrics\.prometheus\.requests: Prometheus refuses the query/),
      expect.stringMatching(/^metrics\.prometheus\.errors: "vector\(0\)" gives series without the label pod/),
    ]);
    expect(await of({ preset: 'http', errors: 'sum(http_requests_total)' })).toEqual([
      expect.stringMatching(
        /^metrics\.prometheus\.errors: "sum\(http_requests_total\)" gives series without the label pod/,
      ),
    ]);
    expect(await of({ preset: 'http', staleAfter: '1ms' })).toEqual([
      expect.stringMatching(
        /^metrics\.prometheus\.staleAfter: is 1ms, and the newest samples of 1 of the 1 ready pods of api-blue, such as api-blue-0, are older/,
      ),
    ]);
    for (const label of ['podLabel', 'namespaceLabel'] as const) {
      expect(await of({ preset: 'http', [label]: 'nobody' })).toEqual([
        `metrics.prometheus.${label}: no series of http_requests_total has the label nobody`,
      ]);
    }
    const counted = 'sum by (pod) (http_requests_total)';
    expect(await of({ preset: 'promhttp', requests: counted })).toEqual([
      expect.stringMatching(/^metrics\.prometheus\.preset: no series of http_requests_total has the label code/),
    ]);
    const none = { prometheus: { preset: 'http' as const, errors: 'sum by (pod) (http_failed_total)' } };
    expect(await found(rig, { ...right, metrics: none })).toEqual({
      told: [],
      unchecked: [],
      notes: [expect.stringMatching(/^metrics\.prometheus\.errors gives no series now: that is right only where/)],
    });
    expect(await of({ preset: 'http' }, limits('2s', null))).toEqual([
      expect.stringMatching(/^soak\.thresholds\.p95: 2s is above the highest bucket/),
      expect.stringMatching(/^monitor\.thresholds\.p95: 2s is above the highest bucket/),
    ]);
  });
});
