import './provided.ts';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startWorker } from '../../demo/processes.ts';
import { launchSandbox } from '../../sandbox/launch.ts';

/** Brings one sandbox and one worker up for all cluster tests; each test has a namespace of its own, and binds the worker there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await launchSandbox({ onProgress: (text) => process.stderr.write(text) });
  const { deployerKubeconfig, temporalAddress, clusterProxy } = sandbox.info;
  const env = {
    ...process.env,
    KUBECONFIG: deployerKubeconfig,
    TEMPORAL_ADDRESS: temporalAddress,
    CUTOVER_CLUSTER_PROXY: clusterProxy,
  };
  const log = join(sandbox.info.runDirectory, 'worker.log');
  const worker = startWorker(env, (line) => {
    appendFileSync(log, `${line}\n`);
  });
  worker.process.once('exit', (code) => {
    if (code !== 0 && code !== null)
      process.stderr.write(`the worker ended with ${code}:\n${readFileSync(log, 'utf8').slice(-20_000)}\n`);
  });
  project.provide('sandbox', sandbox.info);
  return async () => {
    await worker.stop();
    await sandbox.stop();
  };
}
