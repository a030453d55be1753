/**
 * `npm run bench:deployments`: real deployments on the sandbox, under users' traffic, without a fault and with faults that only
 * users meet. None of the first may be rolled back, and every one of the others has to be.
 */
import { writeFileSync } from 'node:fs';
import { startWorker } from '../../../demo/processes.ts';
import { runCommand } from '../../../sandbox/command-line.ts';
import { launchSandbox } from '../../../sandbox/launch.ts';
import { connect } from '../../../src/client/index.ts';
import { runCampaign } from './campaign.ts';
import type { Stage } from './one.ts';
import { parseOptions, usage, type CampaignOptions } from './options.ts';
import { progressOf } from './progress.ts';
import { reportOf, summaryOf } from './report.ts';
import type { Result } from './result.ts';
import { planOf } from './scenarios.ts';

/** A fault of 1.5 % takes so long to tell from 0.2 %; the soak is what stable is known from. */
const times = { soak: '30s', monitor: '60s' } as const;

/** Brings up what the campaign needs, and ends it again. */
async function run(options: CampaignOptions): Promise<number> {
  const sandbox = await launchSandbox({ onProgress: (text) => process.stderr.write(text) });
  const { deployerKubeconfig: KUBECONFIG, temporalAddress: TEMPORAL_ADDRESS, clusterProxy } = sandbox.info;
  const env = { ...process.env, KUBECONFIG, TEMPORAL_ADDRESS, CUTOVER_CLUSTER_PROXY: clusterProxy };
  const worker = startWorker(env, () => undefined);
  worker.process.once('exit', (code) => {
    if (code !== 0 && code !== null) process.stderr.write(`the worker ended with ${code}\n`);
  });
  try {
    const client = await connect({ env });
    const results = await campaign({ sandbox: sandbox.info, client, times }, options);
    await client.close();
    process.stdout.write(`${reportOf(results)}\n`);
    return summaryOf(results).holds ? 0 : 1;
  } finally {
    await worker.stop();
    await sandbox.stop();
  }
}

function campaign(stage: Stage, { atOnce, json, ...selection }: CampaignOptions): Promise<Result[]> {
  const plan = planOf(selection);
  const tell = progressOf(plan.length, (text) => process.stderr.write(`${text}\n`));
  const results: Result[] = [];
  return runCampaign(stage, plan, atOnce, (result) => {
    tell(result);
    results.push(result);
    // After each, so that what is interrupted has not been for nothing.
    if (json !== null) writeFileSync(json, `${JSON.stringify({ ...summaryOf(results), results }, null, 2)}\n`);
  });
}

// The sandbox and the worker end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

process.exitCode = await runCommand(parseOptions(process.argv.slice(2)), usage, run);
