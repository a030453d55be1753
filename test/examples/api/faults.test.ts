import { describe, expect, test } from 'vitest';
import { changeFaults, faultsBySuffix, faultsOfVersion, noFaults } from '../../../examples/api/faults.ts';

describe('the faults of a version', () => {
  test.each(['v1.0', 'v2.0', 'v2.0-rc1', 'dev', 'v2.0-toString'])('%s has none', (version) => {
    expect(faultsOfVersion(version)).toEqual(noFaults);
  });

  test.each(Object.entries(faultsBySuffix))('the suffix %s brings its own', (suffix, faults) => {
    expect(faultsOfVersion(`v2.0-${suffix}`)).toEqual({ ...noFaults, ...faults });
  });

  test('v3.0 fails under production traffic only', () => {
    expect(faultsOfVersion('v3.0')).toMatchObject({ errorRate: 0.3, onlyAboveRequestsPerSecond: 8 });
  });
});

describe('changing faults', () => {
  test('leaves what is not named', () => {
    const slow = changeFaults(noFaults, '{"latencyMs":20}');
    expect(changeFaults(slow, '{"unready":true}')).toEqual({ ...noFaults, latencyMs: 20, unready: true });
  });

  test('takes crash for a crash at once', () => {
    expect(changeFaults(noFaults, '{"crash":true}').crashAfterMs).toBe(0);
    expect(changeFaults({ ...noFaults, crashAfterMs: 0 }, '{"crash":false}').crashAfterMs).toBeNull();
  });

  test.each([
    ['errorRate', '{"errorRate":1.5}'],
    ['latencyMs', '{"latencyMs":"10"}'],
    ['unready', '{"unready":1}'],
    ['loggedErrors', '{"loggedErrors":"yes"}'],
    ['errorrate', '{"errorrate":0.1}'],
    ['not JSON', '{'],
    ['not an object', '[]'],
  ])('refuses a mistake and names it: %s', (named, json) => {
    expect(() => changeFaults(noFaults, json)).toThrow(named);
  });
});
