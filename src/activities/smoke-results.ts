import { z } from 'zod';
import type { CheckResult } from '../domain/evidence.ts';

/** What came of a check; `problem` is null when it passed. */
export interface CheckOutcome {
  readonly problem: string | null;
  readonly detail: string;
  readonly log?: string;
  /** By which the request can be found in the traces of the application. */
  readonly traceId?: string | null;
}

const results = z.array(
  z.object({
    name: z.string(),
    kind: z.enum(['http', 'tcp', 'job']),
    passed: z.boolean(),
    detail: z.string(),
    durationMs: z.number(),
    log: z.string().exactOptional(),
  }),
);

/** The results that an earlier attempt left in its heartbeat; none where there is nothing that can be understood. */
export function readResults(resume: unknown): CheckResult[] {
  const parsed = results.safeParse(resume);
  return parsed.success ? parsed.data : [];
}
