/**
 * Durations as people write them in a spec: `500ms`, `30s`, `5m`, `24h`, `2d`, or a run of those such as `1h30m`.
 */
export type Duration = string;

/** Of every duration in a spec, in milliseconds. */
export const longestDuration = 30 * 86_400_000;

export const durationPattern = /^(?:\d+(?:ms|s|m|h|d))+$/;

const unitMilliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMilliseconds;

/** Milliseconds of a duration. Throws a RangeError naming the text when it is not one. */
export function toMilliseconds(duration: Duration): number {
  if (!durationPattern.test(duration)) {
    throw new RangeError(`"${duration}" is not a duration: write it as 500ms, 30s, 5m or 24h`);
  }
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    total += Number(amount) * unitMilliseconds[unit as Unit];
  }
  return total;
}

/** The shortest reading of a number of milliseconds with at most two units: 90_000 → `1m30s`, 412 → `412ms`. */
export function formatDuration(milliseconds: number): Duration {
  if (milliseconds < 1_000) return `${Math.max(0, Math.round(milliseconds))}ms`;
  if (milliseconds < 10_000 && milliseconds % 1_000 >= 50) return `${(milliseconds / 1_000).toFixed(1)}s`;
  let rest = Math.round(milliseconds / 1_000) * 1_000;
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const amount = Math.floor(rest / unitMilliseconds[unit]);
    rest -= amount * unitMilliseconds[unit];
    if (amount > 0 && parts.length < 2) parts.push(`${amount}${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.join('');
}

/** `timeouts.preflight` where a spec says nothing, or nothing that can be read: it is needed before the spec is. */
export const defaultPreflight: Duration = '1m';

/** Between two looks of a watch, where a spec says nothing. */
export const defaultInterval: Duration = '5s';
