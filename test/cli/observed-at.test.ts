import { expect, it } from 'vitest';
import { observedAt } from '../../src/cli/observed-at.ts';

it('is nowhere by default', () => {
  expect(observedAt({ CUTOVER_HEALTH_PORT: '' })).toEqual({ healthPort: null, metricsAddress: null });
});

it('is where the variables say', () => {
  const env = { CUTOVER_HEALTH_PORT: '8080', CUTOVER_METRICS_ADDRESS: '0.0.0.0:9464' };
  expect(observedAt(env)).toEqual({ healthPort: 8_080, metricsAddress: '0.0.0.0:9464' });
  expect(observedAt({ CUTOVER_METRICS_ADDRESS: '[::]:9464' }).metricsAddress).toBe('[::]:9464');
});

it.each([
  ['CUTOVER_HEALTH_PORT', 'yes'],
  ['CUTOVER_HEALTH_PORT', '0'],
  ['CUTOVER_HEALTH_PORT', '70000'],
  ['CUTOVER_METRICS_ADDRESS', '9464'],
  ['CUTOVER_METRICS_ADDRESS', 'localhost:9464'],
  ['CUTOVER_METRICS_ADDRESS', '0.0.0.0:0'],
])('refuses %s=%s by its name', (name, value) => {
  expect(() => observedAt({ [name]: value })).toThrow(name);
});
