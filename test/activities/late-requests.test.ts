import * as http from 'node:http';
import { expect, it } from 'vitest';
import { lateRequests } from '../../src/activities/late-requests.ts';
import { specOf } from '../kubernetes/objects.ts';
import { SlotsRig } from './slots-rig.ts';

it.each(['/metrics', '/metrics?format=prometheus'])('are none of its own looks at %s', async (path) => {
  const rig = await SlotsRig.of({});
  const counted: Record<string, number> = { '/': 3 };
  const server = http.createServer(({ url = '/' }, response) => {
    const [asked = '/'] = url.split('?');
    counted[asked] = (counted[asked] ?? 0) + 1;
    const series = Object.entries(counted).map(
      ([label, count]) => `http_requests_total{path="${label}",status="200"} ${count}`,
    );
    response.end(`${series.join('\n')}\n`);
  });
  await rig.addPod('blue', server);
  const spec = specOf({ access: 'direct', metrics: { path } });
  const input = { spec, runId: 'r', stableSlot: 'blue', candidateSlot: 'green', slot: 'blue' } as const;
  const count = await lateRequests(rig.dependencies, input, new AbortController().signal);
  expect(await count()).toBe(0);
  counted['/'] = 5;
  expect(await count()).toBe(2);
});
