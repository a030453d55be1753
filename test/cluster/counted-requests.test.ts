/** Which requests of real pods a verdict rests on. */
import { afterEach, describe, expect, it } from 'vitest';
import { ClusterRig, quickSpec } from './rig.ts';

let rig: ClusterRig;
afterEach(async ({ task }) => {
  await rig.remove(task.name);
});

/** Fails every third request, and counts them with the label `code`, where stable has `status`. */
const relabelled = `
  const { createServer } = require('node:http');
  const counts = { 200: 0, 500: 0 };
  let requests = 0;
  createServer((request, response) => {
    if (request.url === '/healthz') return response.end();
    if (request.url === '/metrics') {
      const all = counts[200] + counts[500];
      return response.end([
        ...Object.entries(counts).map(([code, count]) => 'http_requests_total{code="' + code + '"} ' + count),
        'http_request_duration_seconds_bucket{le="0.1"} ' + all,
        'http_request_duration_seconds_bucket{le="+Inf"} ' + all,
        '',
      ].join('\\n'));
    }
    response.statusCode = (requests += 1) % 3 === 0 && request.url !== '/' ? 500 : 200;
    counts[response.statusCode] += 1;
    response.end();
  }).listen(8080, process.env.HOST);
`;

describe('the requests that are counted', () => {
  it('are those of the paths that metrics.only names', async () => {
    rig = await ClusterRig.withSeed(1);
    // Every second request of the soak is for a path that does not count.
    const requests = [{ path: '/api/items' }, { path: '/' }];
    const traffic = { requestsPerSecond: 20, requests };
    const spec = rig.spec({
      metrics: { only: { label: 'path', pattern: '/api/.*' } },
      warmUp: { requests: [] },
      soak: { ...quickSpec.soak, duration: '8s', traffic },
      monitor: { ...quickSpec.monitor, duration: '0s' },
    });
    await rig.cutoverEnds(0, 'deploy', '-f', spec, '--wait', 'promoted');
    const { soak } = (await rig.state()).evidence;
    const sent = soak?.comparison?.metrics.find(({ metric }) => metric === 'error-rate')?.candidate.requests ?? 0;
    expect(sent).toBeGreaterThan(40);
    const counted = soak?.candidate.requests ?? 0;
    expect(counted).toBeGreaterThan(0.3 * sent);
    expect(counted).toBeLessThan(0.7 * sent);
  });

  it('tell nothing where no label tells the failed ones, and the candidate does not pass', async () => {
    rig = await ClusterRig.withSeed(1);
    const load = await rig.load();
    const containers = [
      { name: 'api', image: 'node:20', command: ['node', '-e', relabelled], ports: [{ containerPort: 8080 }] },
    ];
    const spec = rig.spec({
      candidate: {
        manifest: { kind: 'Deployment', apiVersion: 'apps/v1', spec: { template: { spec: { containers } } } },
      },
      logs: 'none',
      warmUp: { requests: [] },
      smoke: { checks: [] },
      cutover: { verify: { path: '/' } },
      soak: { ...quickSpec.soak, duration: '0s' },
      monitor: { ...quickSpec.monitor, duration: '5s', extension: '0s' },
    });
    await rig.cutoverEnds(3, 'deploy', '-f', spec, '--wait', 'promoted');
    const { monitor } = (await rig.state()).evidence;
    expect(monitor?.verdict).toBe('insufficient-data');
    expect(monitor?.reason).toContain('has no label status, so that no failed request could be told');
    await load.stop();
  });
});
