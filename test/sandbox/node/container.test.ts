import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type V1Container, type V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PodAddressPool } from '../../../sandbox/node/addresses.ts';
import { connectClusterApi } from '../../../sandbox/node/cluster-api.ts';
import { ContainerRunner, type ContainerHost } from '../../../sandbox/node/container.ts';
import type { ContainerExit, ContainerRuntime } from '../../../sandbox/node/container-runtime.ts';
import { EventRecorder } from '../../../sandbox/node/events.ts';
import type { ContainerRole } from '../../../sandbox/node/status.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'container-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A runtime whose containers end when the test says so. */
class ManualRuntime implements ContainerRuntime {
  readonly ends: ((exit: ContainerExit) => void)[] = [];
  readonly started: string[][] = [];
  #waiting: () => void = () => undefined;

  start: ContainerRuntime['start'] = (launch, log) => {
    void log.end();
    this.started.push([...launch.argv]);
    const exited = new Promise<ContainerExit>((resolve) => this.ends.push(resolve));
    const end = (exitCode: number) => () => this.ends.at(-1)?.({ exitCode });
    queueMicrotask(() => this.#waiting());
    return { id: `run-${this.started.length}`, exited, terminate: end(143), kill: end(137) };
  };

  execute: ContainerRuntime['execute'] = async () => ({ exitCode: 0, output: '' });
  attach: ContainerRuntime['attach'] = () => ({ startError: 'not here' });

  /** Resolves when so many containers have been started. */
  async untilStarted(count: number): Promise<void> {
    while (this.started.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }

  end(exitCode: number): void {
    this.ends.at(-1)?.({ exitCode });
  }
}

interface Rig {
  readonly runner: ContainerRunner;
  readonly runtime: ManualRuntime;
  readonly events: string[];
}

async function rig(
  container: Partial<V1Container>,
  options: { restartPolicy?: string; role?: ContainerRole } = {},
): Promise<Rig> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'c', server: 'https://127.0.0.1:1', skipTLSVerify: true }, { name: 'u' });
  const api = await connectClusterApi(kubeConfig);
  const runtime = new ManualRuntime();
  const events: string[] = [];
  const spec = { name: 'api', image: 'myapp:v1', ...container };
  const pod: V1Pod = {
    metadata: { name: 'api-1', namespace: 'shop', uid: 'u1' },
    spec: { containers: [spec], restartPolicy: options.restartPolicy ?? 'Always' },
  };
  const network = { podPrefix: '10.11', podTwinPrefix: '127.11', servicePrefix: '10.12', serviceTwinPrefix: '127.12' };
  const host: ContainerHost = {
    node: {
      nodeName: 'node-1',
      network,
      addresses: new PodAddressPool('10.11'),
      api,
      events: new EventRecorder(api, 'node-1', () => undefined),
      images: [{ pattern: 'myapp', run: () => ({ command: ['serve'], args: ['--all'], env: {} }) }],
      runtime,
      mode: { kind: 'process' },
      backOff: { initialMs: 20, maxMs: 40 },
      workDirectory: directory,
      stopped: new AbortController().signal,
      log: () => undefined,
    },
    podIP: '10.11.1.1',
    twin: '127.11.1.1',
    directory,
    pod: () => pod,
    changed: () => undefined,
    event: (_type, reason, message) => events.push(`${reason}: ${message}`),
  };
  return { runner: new ContainerRunner(host, spec, options.role ?? 'main', 0), runtime, events };
}

/** What a container of this spec is started with. */
async function argv(container: Partial<V1Container>): Promise<string[] | undefined> {
  const { runner, runtime } = await rig(container, { restartPolicy: 'Never' });
  const run = runner.run();
  await runtime.untilStarted(1);
  runtime.end(0);
  await run;
  return runtime.started[0];
}

describe('a container', () => {
  test('is never started once it was stopped, however early that comes', async () => {
    const { runner, runtime } = await rig({});
    const run = runner.run();
    await runner.stop(AbortSignal.timeout(1_000));
    await run;
    expect(runtime.started).toEqual([]);
  });

  test('is ready once it runs when it has no probe, and not ready after its end', async () => {
    const { runner, runtime } = await rig({}, { restartPolicy: 'Never' });
    const run = runner.run();
    await runner.startedOnce;
    expect(runner.snapshot()).toMatchObject({ state: { kind: 'running' }, started: true, ready: true });
    runtime.end(3);
    await run;
    expect(runner.snapshot()).toMatchObject({
      state: { kind: 'terminated', record: { exitCode: 3, reason: 'Error' } },
      started: false,
      ready: false,
      restartCount: 0,
    });
  });

  test.each([
    ['Always', 0, 2],
    ['OnFailure', 0, 1],
    ['OnFailure', 1, 2],
    ['Never', 1, 1],
  ])('with restart policy %s, ended with %i, is started %i times', async (restartPolicy, exitCode, times) => {
    const { runner, runtime } = await rig({}, { restartPolicy });
    const run = runner.run();
    await runtime.untilStarted(1);
    runtime.end(exitCode);
    if (times === 1) await run;
    else await runtime.untilStarted(2);
    expect(runner.snapshot().restartCount).toBe(times - 1);
    runner.kill();
    await run;
  });

  test('that goes on crashing waits in CrashLoopBackOff and keeps its last end', async () => {
    const { runner, runtime, events } = await rig({});
    const run = runner.run();
    for (let crash = 1; crash <= 3; crash += 1) {
      await runtime.untilStarted(crash);
      runtime.end(7);
    }
    await runtime.untilStarted(4);
    expect(runner.snapshot()).toMatchObject({ restartCount: 3, last: { exitCode: 7, reason: 'Error' } });
    expect(events.filter((event) => event.startsWith('BackOff'))).toHaveLength(2);
    runner.kill();
    await run;
  });

  test('that takes more memory than its limit is killed for that, and started again', async () => {
    const { runner, runtime } = await rig({ resources: { limits: { memory: '64Mi' } } });
    const run = runner.run();
    await runtime.untilStarted(1);
    runner.enforceMemoryLimit(64 * 2 ** 20);
    expect(runner.snapshot().state).toMatchObject({ kind: 'running' });
    runner.enforceMemoryLimit(64 * 2 ** 20 + 1);
    await runtime.untilStarted(2);
    expect(runner.snapshot()).toMatchObject({ restartCount: 1, last: { exitCode: 137, reason: 'OOMKilled' } });
    runtime.end(1);
    await runtime.untilStarted(3);
    expect(runner.snapshot()).toMatchObject({ last: { exitCode: 1, reason: 'Error' } });
    runner.kill();
    await run;
  });

  test('of init kind is done after one success, whatever the policy', async () => {
    const { runner, runtime } = await rig({}, { role: 'init' });
    const run = runner.run();
    await runtime.untilStarted(1);
    runtime.end(1);
    await runtime.untilStarted(2);
    runtime.end(0);
    await run;
    expect(runner.snapshot()).toMatchObject({ ready: true, restartCount: 1 });
  });

  test('of an unknown image waits and says so, and is started when the image is replaced', async () => {
    const { runner, runtime, events } = await rig({ image: 'unknown:v1' });
    const run = runner.run();
    expect(runner.snapshot().state).toMatchObject({ kind: 'waiting', reason: 'ErrImagePull' });
    expect(events).toContain('Failed: Failed to pull image "unknown:v1": the sandbox knows no image unknown:v1');
    runner.update({ name: 'api', image: 'myapp:v2' });
    await runtime.untilStarted(1);
    expect(runner.snapshot().image).toBe('myapp:v2');
    runner.kill();
    await run;
  });

  test('runs the image, or what overrides it', async () => {
    expect(await argv({})).toEqual(['serve', '--all']);
    expect(await argv({ args: ['--one'] })).toEqual(['serve', '--one']);
    expect(await argv({ command: ['other'] })).toEqual(['other']);
    expect(await argv({ command: ['other'], args: ['$(POD_IP)'] })).toEqual(['other', '10.11.1.1']);
  });
});
