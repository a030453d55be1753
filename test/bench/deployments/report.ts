/** The campaign as Markdown, and whether both sides of the claim hold. Pure. */
import type { Result } from './result.ts';

export interface Summary {
  readonly line: string;
  /** Whether no deployment without a fault was rolled back, and every one with a fault was, after its cutover. */
  readonly holds: boolean;
}

export function summaryOf(results: readonly Result[]): Summary {
  const clean = results.filter(({ kind }) => kind === 'clean');
  const faulty = results.filter(({ kind }) => kind === 'faulty');
  const promoted = clean.filter(({ isRight }) => isRight).length;
  const back = faulty.filter(({ isRight }) => isRight).length;
  const untried = results.filter(({ state }) => state === null).length;
  const parts = [
    `deployments without a fault: ${clean.length}, rolled back: ${clean.length - promoted}`,
    `with faults: ${faulty.length}, rolled back: ${back}`,
    ...(untried === 0 ? [] : [`could not be tried: ${untried}`]),
  ];
  return { line: parts.join('; '), holds: results.length > 0 && promoted === clean.length && back === faulty.length };
}

/** One row a scenario, what went wrong one by one, and the summary. */
export function reportOf(results: readonly Result[]): string {
  const names = [...new Set(results.map(({ scenario }) => scenario))].sort(
    (a, b) => rank(results, a) - rank(results, b),
  );
  const rows = names.map((name) => rowOf(results.filter(({ scenario }) => scenario === name)));
  const wrong = results.filter(({ isRight }) => !isRight);
  return [
    line(['deployment', 'right', 'first bad answer → selector back', "users' requests", 'bad', 'took', 'verdict']),
    line(['---', '---', '---', '---', '---', '---', '---']),
    ...rows,
    '',
    ...wrong.map(({ scenario, namespace, end, verdict }) => `WRONG: ${scenario} (${namespace}) ${end}: ${verdict}`),
    ...(wrong.length === 0 ? [] : ['']),
    timesOf(results),
    looksOf(results),
    droppedOf(results.filter(({ kind }) => kind === 'clean')),
    summaryOf(results).line,
  ].join('\n');
}

/** Clean ones first, each kind as it came. */
function rank(results: readonly Result[], name: string): number {
  const index = results.findIndex(({ scenario }) => scenario === name);
  return results[index]?.kind === 'clean' ? index : index + results.length;
}

function rowOf(results: readonly Result[]): string {
  const right = results.filter(({ isRight }) => isRight).length;
  const [first] = results;
  // What most of them said, or the one that is wrong.
  const said = results.find(({ isRight }) => !isRight) ?? first;
  return line([
    `${first?.kind === 'clean' ? '' : 'fault: '}${first?.scenario ?? ''}`,
    `${right} of ${results.length}`,
    spread(results.flatMap(({ backAfterMs }) => backAfterMs ?? [])),
    String(total(results, (users) => users.requests)),
    String(total(results, (users) => users.bad)),
    `${middle(results.map(({ seconds }) => seconds)).toFixed(0)} s`,
    (said?.verdict ?? '').replaceAll('|', '/'),
  ]);
}

function timesOf(results: readonly Result[]): string {
  const times = results.filter(({ kind }) => kind === 'faulty').flatMap(({ backAfterMs }) => backAfterMs ?? []);
  return `first bad answer → selector back, all faults: ${spread(times)}`;
}

/** How busy the machine was. */
function looksOf(results: readonly Result[]): string {
  const looks = results.flatMap((result) => result.looks ?? []);
  return `looks of a soak: ${looks.length === 0 ? '—' : `median ${middle(looks)}, fewest ${Math.min(...looks)}`}`;
}

function droppedOf(clean: readonly Result[]): string {
  const requests = total(clean, (users) => users.requests);
  return `users' requests of the deployments without a fault: ${requests}, dropped: ${total(clean, (users) => users.bad)}`;
}

function total(results: readonly Result[], count: (users: NonNullable<Result['users']>) => number): number {
  return results.reduce((sum, { users }) => sum + (users === null ? 0 : count(users)), 0);
}

function spread(times: readonly number[]): string {
  if (times.length === 0) return '—';
  if (times.length === 1) return inSeconds(middle(times));
  return `median ${inSeconds(middle(times))}, worst ${inSeconds(Math.max(...times))}`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function middle(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = 0, high = low] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
