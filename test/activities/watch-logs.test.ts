import { describe, expect, it } from 'vitest';
import { createMonitor } from '../../src/activities/monitor.ts';
import { createSoak } from '../../src/activities/soak.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { RigAttempt, SlotsRig } from './slots-rig.ts';

function soakOf(duration: string): Pick<SpecInput, 'soak'> {
  const traffic = { requestsPerSecond: 40, requests: [{ path: '/api/items' }] };
  return { soak: { duration, interval: '200ms', minimumRequests: 1, extension: '0s', traffic } };
}

type Said = Partial<Record<'blue' | 'green', string>>;

const good = { version: 'v1.0', pods: 2 };

function slots(): Promise<SlotsRig> {
  return SlotsRig.of({ blue: good, green: good });
}

/** Lets each pod say its line. */
function say(rig: SlotsRig, said: Said): void {
  for (const { name, slot } of rig.pods) if (said[slot] !== undefined) rig.logs[name]?.say(said[slot]);
}

/** An attempt after each look of which the pods say their lines. */
function saying(rig: SlotsRig, said: Said, before?: RigAttempt): RigAttempt {
  const attempt = new RigAttempt(before);
  attempt.onReport = () => say(rig, said);
  return attempt;
}

describe('the logs of both slots, in a soak', () => {
  it('fail a candidate that logs an error which stable does not', async () => {
    const rig = await slots();
    const attempt = saying(rig, { blue: 'INFO fine', green: '{"level":"error","msg":"no price for item 17"}' });
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf('1m')), attempt);
    expect(evidence).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(
        /^the candidate logs an error that stable does not: "no price for item <num>", \d+ times on 2 pods$/,
      ) as string,
      logs: { templates: [{ kind: 'new', sample: 'no price for item 17', stableCount: 0, podCount: 2 }] },
    });
    expect(evidence.watchedMs).toBeLessThan(20_000);
  });

  it.each([
    ['stable logs too', { blue: 'ERROR disk 3 is slow', green: 'ERROR disk 4 is slow' }, {}, [{ kind: 'known' }]],
    ['the spec allows', { green: 'ERROR disk 4 is slow' }, { logs: { allow: ['disk \\d is slow'] } }, []],
  ])('pass where an error is one that %s', async (_, said, changes, templates) => {
    const rig = await slots();
    const attempt = new RigAttempt();
    attempt.onReport = ({ progress }) => {
      // What there is when they are first read is from before.
      if (progress.watch?.logs !== undefined) for (let times = 0; times < 3; times += 1) say(rig, said);
    };
    const evidence = await createSoak(rig.dependencies)(rig.target({ ...soakOf('3s'), ...changes }), attempt);
    expect(evidence).toMatchObject({ verdict: 'pass', unmeasured: [], logs: { templates } });
    expect(evidence.logs?.candidate.errors).toBeGreaterThan(3);
  });

  it('are insufficient data where those of a pod cannot be read, and nothing where the spec wants none', async () => {
    const rig = await slots();
    const pod = rig.pods.find(({ slot }) => slot === 'green');
    Object.assign(rig.logs[pod?.name ?? ''] ?? {}, { refusal: { status: 500, message: 'gone' } });
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf('1500ms')), new RigAttempt());
    expect(evidence.verdict).toBe('insufficient-data');
    expect(evidence.reason).toContain('the logs of 1 pod of the candidate could not be read: gone (HTTP 500)');
    expect(evidence.unmeasured[0]).toMatchObject({ source: 'pod logs of green', reason: 'gone (HTTP 500)' });
    const target = rig.target({ ...soakOf('1500ms'), logs: 'none' });
    const without = await createSoak(rig.dependencies)(target, new RigAttempt());
    expect(without).toMatchObject({ verdict: 'pass', unmeasured: [] });
    expect(without.logs).toBeUndefined();
  });

  it('hold up no look that finds failed requests, though their API server never answers', async () => {
    const rig = await SlotsRig.of({ blue: good, green: { ...good, version: 'v2.0-errors' } });
    for (const log of Object.values(rig.logs)) log.hold();
    const evidence = await createSoak(rig.dependencies)(rig.target(soakOf('1m')), new RigAttempt());
    expect(evidence).toMatchObject({ verdict: 'fail', reason: expect.stringMatching(/^error rate/) as string });
    expect(evidence.watchedMs).toBeLessThan(20_000);
  });

  it.each([
    ['from the beginning', 0],
    ['once they were read', 2],
  ])(
    'let no candidate pass that cannot be read any more, %s, however late there are requests enough',
    async (_when, look) => {
      const rig = await slots();
      const hold = (): void => {
        for (const log of Object.values(rig.logs)) log.hold();
      };
      const attempt = new RigAttempt();
      attempt.onReport = ({ progress }) => {
        if (progress.watch?.samples === look) hold();
      };
      if (look === 0) hold();
      const { soak } = soakOf('1s');
      const target = rig.target({ soak: { ...soak, minimumRequests: 60, extension: '6s' } });
      const evidence = await createSoak(rig.dependencies)(target, attempt);
      expect(evidence).toMatchObject({
        verdict: 'insufficient-data',
        reason: 'the logs of the candidate could not be read',
      });
    },
  );

  it.each([
    ['another worker', false],
    ['another worker, which has to wait for them as the first one did', true],
  ])('are gone on with by %s, with no line lost and none counted twice', async (_who, isSlow) => {
    const rig = await slots();
    const target = rig.target(soakOf('3s'));
    const said = { blue: 'ERROR disk 3 is slow', green: 'ERROR disk 4 is slow' };
    const untilLook = (look: number, done: (attempt: RigAttempt) => void, before?: RigAttempt): RigAttempt => {
      const attempt = saying(rig, said, before);
      const { onReport } = attempt;
      attempt.onReport = (details) => {
        onReport(details);
        if (details.progress.watch?.samples === look) done(attempt);
      };
      return attempt;
    };
    const [one] = Object.values(rig.logs);
    const answer = isSlow ? one?.hold() : undefined;
    const first = untilLook(4, (attempt) => attempt.stop());
    await expect(createSoak(rig.dependencies)(target, first)).rejects.toThrow('stopped');
    say(rig, said);
    const evidence = await createSoak(rig.dependencies)(
      target,
      untilLook(6, () => answer?.(), first),
    );
    const written = rig.pods
      .filter(({ slot }) => slot === 'green')
      .map(({ name }) => rig.logs[name]?.current.length ?? 0);
    const count = written.reduce((sum, lines) => sum + lines, 0);
    expect(count).toBeGreaterThan(10);
    expect(evidence).toMatchObject({ verdict: 'pass', logs: { templates: [{ count, stableCount: count }] } });
  });
});

describe('the logs of both slots, in a monitor', () => {
  it('are held against what stable logged before it began', async () => {
    const rig = await slots();
    rig.live = 'green';
    const minutesAgo = new Date(Date.now() - 120_000).toISOString();
    for (const { name, slot } of rig.pods) {
      if (slot === 'blue') rig.logs[name]?.write({ at: minutesAgo, text: 'ERROR disk 3 is slow' });
    }
    const monitor = { duration: '1200ms', extension: '0s', interval: '200ms' };
    const watch = (changes: Partial<SpecInput>) =>
      createMonitor(rig.dependencies)(
        rig.target({ monitor, metrics: 'none', ...changes }),
        saying(rig, { green: 'ERROR disk 4 is slow' }),
      );
    expect(await watch({})).toMatchObject({
      verdict: 'pass',
      logs: { templates: [{ kind: 'known', stableCount: 2 }] },
    });
    expect(await watch({ logs: { baseline: '1m' } })).toMatchObject({ verdict: 'fail' });
  });

  it('are held against what stable logged in the soak, too, which is read once', async () => {
    const rig = await slots();
    const once = new RigAttempt();
    once.onReport = () => {
      say(rig, { blue: 'ERROR disk 3 is slow' });
      once.onReport = () => undefined;
    };
    const { stableErrors } = await createSoak(rig.dependencies)(rig.target(soakOf('4s')), once);
    rig.live = 'green';
    const target = rig.target({ monitor: { duration: '1200ms', extension: '0s', interval: '200ms' }, metrics: 'none' });
    const watch = (known: object) =>
      createMonitor(rig.dependencies)({ ...target, ...known }, saying(rig, { green: 'ERROR disk 4 is slow' }));
    expect(await watch({ stableErrors })).toMatchObject({
      verdict: 'pass',
      logs: { templates: [{ kind: 'known', stableCount: 2 }] },
    });
    for (const log of Object.values(rig.logs)) log.current = [];
    expect(await watch({ stableErrors })).toMatchObject({ verdict: 'pass', logs: { templates: [{ stableCount: 2 }] } });
    expect(await watch({})).toMatchObject({ verdict: 'fail' });
  });
});
