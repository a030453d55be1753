import { describe, expect, it } from 'vitest';
import { deadlines, describeOverdue, preflightDeadline } from '../../src/domain/deadline.ts';
import { parseSpec } from '../../src/domain/spec-mistakes.ts';
import { parsed } from '../workflows/scripted-activities.ts';

const minimal = { app: 'api', service: 'api-service', candidate: { image: 'a:2' } };

describe('the time of preflight', () => {
  it('is what the spec says, before anybody has validated it', () => {
    expect(preflightDeadline({ timeouts: { preflight: '90s' } })).toEqual({
      setting: 'timeouts.preflight',
      value: '90s',
      ms: 90_000,
    });
  });

  it('is the default of the spec where it says nothing', () => {
    const { value } = preflightDeadline(minimal);
    expect(value).toBe(parsed(minimal).timeouts.preflight);
  });

  it.each([
    ['no duration', 'soon'],
    ['a number', 5],
    ['nothing at all', '0s'],
    ['longer than a spec may', '31d'],
    ['endless', `${'9'.repeat(31)}d`],
    ['null', null],
    ['an object', { s: 5 }],
  ])('is the default where it is %s, which preflight then refuses', (_what, preflight) => {
    const spec = { ...minimal, timeouts: { preflight } };
    expect(preflightDeadline(spec).value).toBe('1m');
    expect(parseSpec(spec).ok).toBe(false);
  });

  it.each([undefined, null, 'text', 7, [], { timeouts: 'none' }, { timeouts: null }])(
    'is the default for %j, which is no spec',
    (given) => {
      expect(preflightDeadline(given).value).toBe('1m');
    },
  );
});

it('names of each step the setting that a spec has, with its value', () => {
  const spec = parsed({ ...minimal, drain: '45s', soak: { duration: '7m', extension: '3m' } });
  expect(deadlines.drain(spec)).toEqual({ setting: 'drain', value: '45s', ms: 45_000 });
  expect(deadlines.soak(spec)).toEqual({
    setting: 'soak.duration',
    value: '7m, with an extension of 3m',
    ms: 600_000,
  });
  for (const deadlineOf of Object.values(deadlines)) {
    const { setting, value } = deadlineOf(spec);
    const written = setting.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], spec);
    expect(value.split(',')[0]).toBe(written);
  }
});

it('says what was not done, why, and what to do next', () => {
  const overdue = describeOverdue(deadlines.deploy(parsed(minimal)), {
    undone: 'api-green is not ready',
    why: '1 of 2 ready',
    next: 'Deploy again',
  });
  expect(overdue).toBe(
    'timeouts.deploy (5m) is over and api-green is not ready: 1 of 2 ready. Deploy again, or raise timeouts.deploy',
  );
});
