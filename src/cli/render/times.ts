import { formatDuration } from '../../domain/duration.ts';

/** `14:05:12`, in UTC; with the date where it is another day than `now`. */
export function clock(time: string, now: Date): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const iso = date.toISOString();
  const hour = iso.slice(11, 19);
  return iso.slice(0, 10) === now.toISOString().slice(0, 10) ? hour : `${iso.slice(0, 10)} ${hour}`;
}

/** How long from one time to another, or until now: `1m30s`. */
export function elapsed(from: string, to: string | null, now: Date): string {
  const end = to === null ? now.getTime() : Date.parse(to);
  return formatDuration(Math.max(0, end - Date.parse(from)));
}

/** `in 3m30s, at 14:05:12 UTC`; `now` when the time has come. */
export function upcoming(time: string, now: Date): string {
  const milliseconds = Date.parse(time) - now.getTime();
  if (milliseconds <= 0) return 'now';
  const rounded = milliseconds < 10_000 ? Math.ceil(milliseconds / 1_000) * 1_000 : milliseconds;
  return `in ${formatDuration(rounded)}, at ${clock(time, now)} UTC`;
}
