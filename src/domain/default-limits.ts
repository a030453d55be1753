/** What a watch allows where its spec says nothing else. Pure. */
import type { Duration } from './duration.ts';

export const defaultLimits: { readonly errorRate: number; readonly p95: Duration; readonly p99: Duration } = {
  errorRate: 0.01,
  /** Goes with every stricter limit of p99. */
  p95: '500ms',
  p99: '1s',
};
