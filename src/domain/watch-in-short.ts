import type { WatchEvidence } from './evidence.ts';

/** What a watch has found, in a few words: all that is well would hide what is not. Pure. */
export function inShort({ verdict, reason, findings }: Pick<WatchEvidence, 'verdict' | 'reason' | 'findings'>): string {
  if (verdict !== 'pass') return reason;
  return findings.find(({ metric }) => metric === 'error-rate')?.reason ?? reason;
}
