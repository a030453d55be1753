import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../src/evidence/logs/cursor.ts';
import type { LogsReading } from '../../src/evidence/logs/reading.ts';
import { podsLogs } from '../../src/evidence/pods-logs.ts';
import type { Reading } from '../../src/evidence/source.ts';
import type { PodView } from '../../src/kubernetes/pod.ts';
import type { SlotView } from '../../src/kubernetes/slot.ts';
import { parsed, spec } from '../workflows/scripted-activities.ts';
import { clusterWith, KubeletLog } from './kubelet-log.ts';
import { podView } from './pod-view.ts';

const subject = { spec: parsed(spec), slot: 'green' } as const;
const { signal } = new AbortController();
const start = Date.UTC(2026, 10, 25, 10);

function at(ms: number, nanoseconds = '000000'): string {
  return new Date(start + ms).toISOString().replace('Z', `${nanoseconds}Z`);
}

/** Looks at pods again and again, as a watch does, and remembers where it was. */
class Looking {
  pods: readonly PodView[];
  cursors: Readonly<Record<string, Cursor>> = {};
  nowMs = 1_000;
  lines = 0;
  countsStarts = false;
  isBefore = false;
  readonly errors = new Map<string, number>();
  readonly #logs: Readonly<Record<string, KubeletLog>>;
  readonly #from: number;

  constructor(logs: Readonly<Record<string, KubeletLog>>, from = start) {
    this.#logs = logs;
    this.#from = from;
    this.pods = Object.keys(logs).map((name) => podView(name));
  }

  async sample(): Promise<Reading> {
    const template = { spec: { containers: [{ name: 'api' }, { name: 'proxy' }] } };
    const source = podsLogs({
      cluster: clusterWith(this.#logs, () => start + this.nowMs),
      view: () => Promise.resolve({ pods: this.pods, deployment: { spec: { template } } } as unknown as SlotView),
      container: undefined,
      allows: (texts) => texts.map((text) => text.includes('allowed')),
      cursors: () => this.cursors,
      from: () => this.#from,
      isBefore: () => this.isBefore,
      countsStarts: () => this.countsStarts,
      now: () => start + this.nowMs,
    });
    return source.sample(subject, signal);
  }

  async look(): Promise<LogsReading> {
    const reading = await this.sample();
    if (reading.kind !== 'sample' || reading.sample.logs === undefined || reading.sample.logs === 'later')
      throw new Error(JSON.stringify(reading));
    const { logs } = reading.sample;
    this.cursors = Object.fromEntries(logs.pods.map(({ uid, cursor }) => [uid, cursor]));
    this.lines += logs.pods.reduce((sum, { lines }) => sum + lines, 0);
    for (const { errors } of logs.pods) {
      for (const { text, times } of errors) this.errors.set(text, (this.errors.get(text) ?? 0) + times.length);
    }
    return logs;
  }
}

describe('the log of a pod', () => {
  it('is read from the beginning of the watch on, of the first container, and then what is new', async () => {
    const log = new KubeletLog();
    const looking = new Looking({ a: log });
    log.write({ at: at(-60_000), text: 'ERROR long ago' }, { at: at(500), text: 'ERROR soon' });
    await looking.look();
    log.write({ at: at(900), text: 'ERROR allowed' }, { at: at(950), text: 'ERROR later' });
    const { pods } = await looking.look();
    expect([...looking.errors]).toEqual([
      ['ERROR soon', 1],
      ['ERROR later', 1],
    ]);
    expect(pods).toMatchObject([{ name: 'a', lines: 2, found: 2, allowed: 1, isPartial: false, since: null }]);
    const common = { container: 'api', previous: false, timestamps: true };
    expect(log.asked).toMatchObject([
      { ...common, sinceSeconds: 1, tailLines: 5_000, limitBytes: 1_048_576 },
      { ...common, sinceTime: '2026-11-25T10:00:00Z', tailLines: 2_000, limitBytes: 262_144 },
    ]);
  });

  it('has nothing that counts from before the watch, however late it is there', async () => {
    const log = new KubeletLog();
    const looking = new Looking({ a: log });
    looking.isBefore = true;
    const answer = log.hold();
    log.write({ at: at(500), text: 'ERROR at the warm-up' });
    const first = looking.look();
    looking.isBefore = false;
    answer();
    expect(await first).toMatchObject({ pods: [{ lines: 0, found: 0, since: start }] });
    log.write({ at: at(900), text: 'ERROR later' });
    await looking.look();
    expect([...looking.errors]).toEqual([['ERROR later', 1]]);
  });

  it('of a run that has ended is read to its end, and that of the next one from its beginning', async () => {
    const log = new KubeletLog();
    const looking = new Looking({ a: log });
    log.write({ at: at(100), text: 'INFO ready' });
    await looking.look();
    log.write({ at: at(2_000), text: 'panic: out of luck' });
    log.restart();
    looking.pods = [podView('a', { ready: false, restarts: 1 })];
    await looking.look();
    await looking.look();
    log.write({ at: at(3_000), text: 'ERROR again' });
    const { pods } = await looking.look();
    expect([...looking.errors]).toEqual([
      ['panic: out of luck', 1],
      ['ERROR again', 1],
    ]);
    expect(pods).toMatchObject([{ isPartial: false }]);
    const asked = log.asked.length;
    await looking.look();
    expect(log.asked.length).toBe(asked + 1);
  });

  it.each([
    ['from when it is ready on', false, 0, ['ERROR of a user']],
    ['from its beginning on, of the slot whose errors are known ones', true, 0, ['ERROR warming', 'ERROR of a user']],
    ['from its beginning on, where it has crashed', false, 1, ['ERROR warming', 'ERROR of a user']],
  ])('that is added during the watch is read %s', async (_, countsStarts, restarts, errors) => {
    const [first, added] = [new KubeletLog(), new KubeletLog()];
    const looking = new Looking({ a: first, b: added });
    Object.assign(looking, { countsStarts, pods: [podView('a')] });
    await looking.look();
    added.write({ at: at(500), text: 'ERROR warming' }, { at: at(3_500), text: 'ERROR of a user' });
    looking.nowMs = 5_000;
    looking.pods = [podView('a'), podView('b', { readySince: new Date(start + 3_000).toISOString(), restarts })];
    await looking.look();
    await looking.look();
    expect([...looking.errors.keys()]).toEqual(errors);
  });

  it('that is longer than one look reads is read in part, which is told, and gone on with at its end', async () => {
    const log = new KubeletLog();
    const looking = new Looking({ a: log });
    log.write({ at: at(1), text: 'INFO first' });
    await looking.look();
    log.write(...Array.from({ length: 10_000 }, (_, ms) => ({ at: at(2 + ms), text: `INFO ${ms}` })));
    looking.nowMs = 12_000;
    expect((await looking.look()).pods).toMatchObject([{ lines: 2_000, isPartial: true }]);
    log.write({ at: at(11_000), text: 'ERROR last' });
    expect((await looking.look()).pods).toMatchObject([{ lines: 1, found: 1, isPartial: false }]);
  });

  it('of very long lines is read in part, which is told', async () => {
    const log = new KubeletLog();
    const looking = new Looking({ a: log });
    log.write(...[1, 2, 3].map((ms) => ({ at: at(ms), text: `ERROR ${'x'.repeat(500_000)}` })));
    expect((await looking.look()).pods).toMatchObject([{ lines: 2, found: 2, isPartial: true }]);
  });

  it('of stable tells from when on it is known: not from before the pod was ready, nor before the oldest line', async () => {
    const [long, young, chatty] = [new KubeletLog(), new KubeletLog(), new KubeletLog()];
    const looking = new Looking({ long, young, chatty }, start - 300_000);
    looking.pods = [podView('long'), podView('young', { readySince: at(-60_000) }), podView('chatty')];
    chatty.write(...Array.from({ length: 6_000 }, (_, index) => ({ at: at(-60_000 + index), text: 'INFO' })));
    const { pods } = await looking.look();
    const since = Object.fromEntries(pods.map((one) => [one.name, (one.since ?? 0) - start]));
    expect(since).toEqual({ long: -300_000, young: -60_000, chatty: -59_000 });
  });
});

describe('any log', () => {
  const line = fc.record({
    // Some at the same moment, some out of order by a little, as two streams are.
    ms: fc.integer({ min: -2, max: 1_500 }),
    nanoseconds: fc.constantFrom('000000', '000001', '5', '500000'),
  });
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('write' as const), lines: fc.array(line, { maxLength: 6 }) }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: 'look' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'lost look' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart, seen at once' as const }) },
  );

  it('is read once and whole, also by looks that came to nothing, after restarts, and by another worker', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const log = new KubeletLog();
        const looking = new Looking({ a: log });
        let [clock, written] = [1_000, 0];
        for (const one of steps) {
          looking.nowMs = clock + 5_000;
          switch (one.kind) {
            case 'write':
              for (const { ms, nanoseconds } of one.lines) {
                clock += Math.max(0, ms);
                written += 1;
                // A line is never so late that it is of a second before one that was written already.
                const late = ms < 0 && clock % 1_000 >= 2 ? clock + ms : clock;
                log.write({ at: at(late, nanoseconds), text: `ERROR number ${written}` });
              }
              break;
            case 'look':
              await looking.look();
              break;
            case 'lost look':
              await looking.sample();
              break;
            case 'restart, seen at once':
              await looking.look();
              log.restart();
              // No container begins in the moment in which the one before it ended.
              clock += 20;
              looking.pods = [podView('a', { restarts: 1 })];
              break;
          }
        }
        looking.nowMs = clock + 5_000;
        await looking.look();
        expect(looking.lines).toBe(written);
        expect(looking.errors.get('ERROR number <num>') ?? 0).toBe(written);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the logs of a slot', () => {
  it('of some pods that cannot be read are told by their reason, and the others are read', async () => {
    const logs = { a: new KubeletLog(), b: new KubeletLog(), c: new KubeletLog() };
    const looking = new Looking(logs);
    logs.b.refusal = { status: 500, message: 'the kubelet is away' };
    logs.c.refusal = { status: 403, message: 'pods "c" is forbidden' };
    const reading = await looking.sample();
    expect(reading).toMatchObject({
      kind: 'sample',
      sample: { logs: { pods: [{ name: 'a' }], ready: 3 } },
      missed: expect.arrayContaining([
        'the kubelet is away (HTTP 500)',
        expect.stringContaining('"resources":["pods/log"]'),
      ]),
    });
  });

  it('are no more than those of twenty pods, and the same ones at each look', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
    const looking = new Looking(Object.fromEntries(names.map((name) => [name, new KubeletLog()])));
    const first = await looking.look();
    expect(first.pods).toHaveLength(20);
    expect(first.ready).toBe(300);
    looking.pods = looking.pods.toReversed();
    const second = await looking.look();
    expect(second.pods.map(({ name }) => name)).toEqual(first.pods.map(({ name }) => name));
    const [gone] = first.pods;
    looking.pods = looking.pods.filter(({ name }) => name !== gone?.name);
    const third = await looking.look();
    expect(third.pods).toHaveLength(20);
    expect(third.pods.filter(({ since }) => since !== null)).toHaveLength(1);
  });

  it('are not those of pods that are about to go, or were never ready', async () => {
    const logs = { a: new KubeletLog(), b: new KubeletLog() };
    const looking = new Looking(logs);
    looking.pods = [podView('a', { terminating: true, ready: false }), podView('b', { ready: false })];
    const none = { at: start + 1_000, pods: [], unread: [], ready: 0 };
    expect(await looking.sample()).toEqual({ kind: 'sample', sample: { logs: none } });
  });

  it('of a pod that has come to grief are asked for, and need not be there', async () => {
    const log = new KubeletLog();
    const looking = new Looking({ a: log });
    await looking.look();
    looking.pods = [podView('a', { ready: false })];
    log.refusal = { status: 400, message: 'container "api" is waiting to start' };
    expect(await looking.sample()).toMatchObject({ sample: { logs: { pods: [], unread: [] } }, missed: [] });
  });
});
