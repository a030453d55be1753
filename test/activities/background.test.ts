import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backgroundOf, type BackgroundOf } from '../../src/activities/background.ts';
import { SlotViews } from '../../src/activities/slot-views.ts';
import { viewSlot } from '../../src/kubernetes/slot.ts';
import { podView } from '../evidence/pod-view.ts';
import { deployment } from '../kubernetes/objects.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';

const http = (path: string, periodSeconds?: number) => ({
  httpGet: { path, port: 8080 },
  ...(periodSeconds === undefined ? {} : { periodSeconds }),
});
const usual = {
  readinessProbe: http('/ready?deep=1', 2),
  livenessProbe: http('/live'),
  startupProbe: http('/started', 1),
};
const looks = { path: '/metrics', everyMs: 5_000 };
const pod = podView('a', { readySince: '2026-01-01T00:00:00Z' });

async function viewsOf(probes: object): Promise<SlotViews> {
  const made = deployment('green');
  Object.assign(made.spec?.template.spec?.containers[0] ?? {}, probes);
  const views = new SlotViews(async (slot) => viewSlot({ namespace: 'default', app: 'api', slot }, made, [pod]));
  await views.read('green');
  return views;
}

async function of(probes: object, changes: Partial<BackgroundOf> = {}) {
  const background = backgroundOf({ views: await viewsOf(probes), asked: () => [], looks, ...changes });
  return background({ spec: parsed(spec), slot: 'green' }, pod);
}

describe('the requests that are no user’s', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-01-01T00:01:40Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are the HTTP probes of Kubernetes and the looks at the metrics, in the time that the pod is ready', async () => {
    expect(await of(usual)).toEqual({
      paths: new Set(['/ready', '/live', '/started', '/metrics']),
      ofRoot: 0,
      ofAll: 100 * (1 / 2 + 1 / 10 + 1 / 5),
    });
    expect(await of({ livenessProbe: { tcpSocket: { port: 8080 } } }, { looks: null })).toEqual({
      paths: new Set(),
      ofRoot: 0,
      ofAll: 0,
    });
  });

  it('cannot be told from those of users by the path that users ask for', async () => {
    expect(await of({ readinessProbe: http('/', 1) })).toEqual({
      paths: new Set(['/metrics']),
      ofRoot: 100,
      ofAll: 120,
    });
  });

  it('are not what the worker asks itself, of which there is enough', async () => {
    expect(await of(usual, { asked: () => ['/live?x'] })).toEqual({
      paths: new Set(['/ready', '/started', '/metrics']),
      ofRoot: 0,
      ofAll: 0,
    });
  });

  it('stay the same ones for a whole watch, or counters would jump', async () => {
    const made = deployment('green');
    const views = new SlotViews(async (slot) => viewSlot({ namespace: 'default', app: 'api', slot }, made, [pod]));
    await views.read('green');
    const background = backgroundOf({ views, asked: () => [], looks });
    const subject = { spec: parsed(spec), slot: 'green' } as const;
    const before = background(subject, pod);
    Object.assign(made.spec?.template.spec?.containers[0] ?? {}, usual);
    views.refresh();
    await views.read('green');
    expect(background(subject, pod)).toEqual(before);
  });
});
