import { describe, expect, it } from 'vitest';
import { podsStatus } from '../../src/evidence/pods-status.ts';
import type { PodView } from '../../src/kubernetes/pod.ts';
import { viewSlot } from '../../src/kubernetes/slot.ts';
import { deployment } from '../kubernetes/objects.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';
import { podView } from './pod-view.ts';

async function statusOf(pods: readonly PodView[]) {
  const view = viewSlot({ namespace: 'shop', app: 'api', slot: 'green' }, deployment('green', 3), pods);
  const source = podsStatus(() => Promise.resolve(view));
  const reading = await source.sample({ spec: parsed(spec), slot: 'green' }, new AbortController().signal);
  return reading.kind === 'sample' ? reading.sample.pods : reading;
}

const notReady = { ready: false } as const;

describe('the status of the pods', () => {
  it('tells pods that fail from those that go and those that have only just come', async () => {
    const good = [podView('a'), podView('b')];
    const failing = async (pod: PodView) => {
      const status = await statusOf([...good, pod]);
      expect(status).toMatchObject({ ready: 2, desired: 3, evicted: 0 });
      return (status as { failing?: number }).failing;
    };
    expect(await failing(podView('c', notReady))).toBe(1);
    expect(await failing(podView('c', { ...notReady, everReady: false }))).toBe(0);
    expect(await failing(podView('c', { ...notReady, everReady: false, restarts: 1 }))).toBe(1);
    const pulling = { reason: 'ImagePullBackOff', message: '', container: 'api', exitCode: null };
    expect(await failing(podView('c', { ...notReady, everReady: false, problem: pulling }))).toBe(0);
    const initCrashes = { reason: 'CrashLoopBackOff', message: '', container: 'migrate', exitCode: 1 };
    expect(await failing(podView('c', { ...notReady, everReady: false, problem: initCrashes }))).toBe(1);
    expect(await failing(podView('c', { ...notReady, terminating: true }))).toBe(0);
    expect(await failing(podView('c', { ...notReady, disrupted: true }))).toBe(0);
    expect(await failing(podView('c', { ...notReady, ended: 'NodeShutdown' }))).toBe(0);
  });

  it('counts those that their node has evicted', async () => {
    const pods = [podView('a'), podView('b', { ...notReady, ended: 'Evicted' })];
    expect(await statusOf(pods)).toMatchObject({ ready: 1, failing: 0, evicted: 1 });
  });
});
