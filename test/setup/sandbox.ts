import './provided.ts';
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
  const said: string[] = [];
  const worker = startWorker(env, (line) => {
    said.push(line);
    if (said.length > 200) said.shift();
  });
  worker.process.once('exit', (code) => {
    if (code !== 0 && code !== null) process.stderr.write(`the worker ended with ${code}:\n${said.join('\n')}\n`);
  });
  project.provide('sandbox', sandbox.info);
  return async () => {
    await worker.stop();
    await sandbox.stop();
  };
}
