/** CPU and memory of a slot's pods. */
import { describeApiError } from '../kubernetes/errors.ts';
import type { SlotUsageReading } from '../kubernetes/pod-usage.ts';
import { unmeasured, type Reading, type Source, type Subject } from './source.ts';

/** A cluster without the metrics API is no trouble of the watch: it is said once, in the evidence. */
export function podsUsage(read: (subject: Subject) => Promise<SlotUsageReading>): Source {
  return {
    name: 'metrics API',
    async sample(subject, signal): Promise<Reading> {
      try {
        return { kind: 'sample', sample: { usage: await read(subject) } };
      } catch (error) {
        signal.throwIfAborted();
        return unmeasured(describeApiError(error));
      }
    },
  };
}
