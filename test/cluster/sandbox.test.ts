import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { launchSandbox } from '../../sandbox/launch.ts';
import { startTimeOf } from '../../sandbox/supervision/process-group.ts';
import type { SandboxInfo } from '../../sandbox/sandbox.ts';

/** The process groups that the sandbox told its guardian of. */
function groupsOf({ runDirectory }: SandboxInfo): number[] {
  const lines = readFileSync(join(runDirectory, 'groups'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Number(line.split(' ')[0]));
}

async function eventually(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(20);
  }
}

function isFree(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

async function expectNothingLeft(info: SandboxInfo, groups: readonly number[]): Promise<void> {
  expect(groups.length).toBeGreaterThanOrEqual(5);
  await eventually(() => groups.every((group) => startTimeOf(group) === null), 'every process is gone');
  await eventually(() => !existsSync(info.runDirectory), 'the run directory is gone');
  for (const address of [info.apiServer, info.uiAddress, `http://${info.temporalAddress}`]) {
    await eventually(() => isFree(address), `${address} is free`);
  }
}

it('leaves no process, no port and no file behind when it is stopped', async () => {
  const sandbox = await launchSandbox();
  const groups = groupsOf(sandbox.info);
  await sandbox.stop();
  await expectNothingLeft(sandbox.info, groups);
});

it('leaves no process, no port and no file behind when it is killed', async () => {
  const sandbox = await launchSandbox();
  const groups = groupsOf(sandbox.info);
  process.kill(sandbox.info.pid, 'SIGKILL');
  await expectNothingLeft(sandbox.info, groups);
});

it('runs beside another one on the same machine', async () => {
  const [one, other] = await Promise.all([launchSandbox(), launchSandbox()]);
  expect(one.info.apiServer).not.toBe(other.info.apiServer);
  await Promise.all([one.stop(), other.stop()]);
});
