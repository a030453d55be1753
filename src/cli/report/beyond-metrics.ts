/** What a watch found out beside its metrics; each part is absent where nobody looked for it. */
import type { WatchEvidence } from '../../domain/evidence.ts';
import { logSection } from './log-section.ts';
import { html, nothing, type Markup } from './markup.ts';
import { podUsage, podWarnings } from './pods-section.ts';
import { distribution, failedProbes } from './requests-section.ts';
import { watchChecks } from './watch-checks.ts';

export function beyondMetrics(watch: WatchEvidence, day: Date): Markup {
  const { checks, logs, distribution: distributed, failedProbes: failed, warnings, usage } = watch;
  return html`${checks === undefined ? nothing : watchChecks(checks)}
  ${logs === undefined ? nothing : logSection(logs, day)}
  ${distributed === undefined ? nothing : distribution(distributed, day)}
  ${failed === undefined ? nothing : failedProbes(failed, day)}
  ${warnings === undefined ? nothing : podWarnings(warnings, day)} ${usage === undefined ? nothing : podUsage(usage)}`;
}
