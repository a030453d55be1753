/** What the sandbox survives, and what survives the sandbox. Each step with the real programs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchSandbox, type LaunchedSandbox, type LaunchOptions } from '../../sandbox/launch.ts';
import { startTimeOf } from '../../sandbox/supervision/process-group.ts';

let directory: string;
let launched: LaunchedSandbox[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cutover-lifecycle-'));
  launched = [];
});
afterEach(async () => {
  await Promise.all(launched.map((sandbox) => sandbox.stop()));
  await rm(directory, { recursive: true, force: true });
});

async function launch(options: LaunchOptions = {}): Promise<LaunchedSandbox> {
  const sandbox = await launchSandbox(options);
  launched.push(sandbox);
  return sandbox;
}

function succeed(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 90_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

const kubectl = ({ info }: LaunchedSandbox, ...args: string[]): string => succeed(info.kubectl, args);

function temporal({ info }: LaunchedSandbox, ...args: string[]): string {
  return succeed(info.temporal, args);
}

const workflow = ['--workflow-id', 'kept'];

it('keeps what is in the cluster and in Temporal when their programs crash and come back', async () => {
  const sandbox = await launch();
  kubectl(sandbox, 'create', 'deployment', 'api', '--image=myapp:v1.0');
  kubectl(sandbox, 'rollout', 'status', 'deployment/api', '--timeout=60s');
  const pod = kubectl(sandbox, 'get', 'pods', '-o', 'name');
  temporal(sandbox, 'workflow', 'start', '--type', 'any', '--task-queue', 'none', ...workflow);

  for (const program of Object.keys(sandbox.info.programs)) {
    await sandbox.kill(program);
    await sandbox.restart(program);
  }
  expect(kubectl(sandbox, 'get', 'pods', '-o', 'name')).toBe(pod);
  expect(temporal(sandbox, 'workflow', 'describe', ...workflow)).toMatch(/HistoryLength +2/);
  // The controllers, the scheduler and the node agent are back at work.
  kubectl(sandbox, 'scale', 'deployment/api', '--replicas=3');
  kubectl(sandbox, 'rollout', 'status', 'deployment/api', '--timeout=60s');
  await expect(sandbox.kill('nothing')).rejects.toThrow('could not kill nothing: the sandbox has no program nothing');
});

it('keeps the database of Temporal where it is told to, and cleans up after one that was killed with its guardian', async () => {
  const temporalDatabase = join(directory, 'temporal.db');
  const first = await launchSandbox({ temporalDatabase });
  temporal(first, 'workflow', 'start', '--type', 'any', '--task-queue', 'none', ...workflow);
  const { pid, programs } = first.info;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const [guardian = 0] = children.filter((child) => !Object.values(programs).includes(child));
  process.kill(guardian, 'SIGKILL');
  process.kill(pid, 'SIGKILL');
  await first.stop();
  expect(Object.values(programs).map(startTimeOf)).not.toContain(null);

  const second = await launch({ temporalDatabase });
  expect(Object.values(programs).map(startTimeOf)).toEqual(Object.values(programs).map(() => null));
  expect(temporal(second, 'workflow', 'describe', ...workflow)).toMatch(/HistoryLength +2/);
});

it('says what is in the way of a start, and leaves nothing of it', async () => {
  const sandbox = await launch();
  const taken = Number(sandbox.info.temporalAddress.split(':')[1]);
  await expect(launch({ temporalPort: taken })).rejects.toThrow(`port ${taken} of 127.0.0.1 is taken`);
});
