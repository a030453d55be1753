import { expect, it } from 'vitest';
import { renderList } from '../../../src/cli/render/list.ts';
import { now } from './sample.ts';

const layout = { now, width: Infinity, colours: false };

it('lists one deployment a line', () => {
  const running = {
    id: 'shop/api',
    runId: '1',
    outcome: 'running',
    phase: 'warmUp' as const,
    summary: 'shop/api at warmUp',
    startedAt: '2026-11-23T14:00:00Z',
    finishedAt: null,
  };
  const past = {
    ...running,
    id: 'default/api',
    outcome: 'terminated',
    phase: null,
    finishedAt: '2026-11-23T14:01:00Z',
  };
  expect(renderList([running, past], layout).split('\n')).toEqual([
    'deployment   outcome     step     started (UTC)  took',
    'shop/api     running     warm-up  14:00:00       5m    shop/api at warmUp',
    'default/api  terminated           14:00:00       1m    shop/api at warmUp',
  ]);
});

it('says what to do when there is none', () => {
  expect(renderList([], layout)).toBe('there are no deployments: start one with `cutover deploy -f FILE`');
});
