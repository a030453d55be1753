/** As short as a deployment with every step can be. */
import type { SpecInput } from '../../../src/domain/spec.ts';
import { quickSpec } from '../rig.ts';

export const short: Partial<SpecInput> = {
  approval: { required: true },
  soak: { ...quickSpec.soak, duration: '2s', interval: '250ms', minimumRequests: 1 },
  monitor: { ...quickSpec.monitor, duration: '2s', interval: '250ms', minimumRequests: 1 },
  retention: '1s',
  drain: '1s',
  timeouts: { cutover: '30s', rollback: '30s' },
};
