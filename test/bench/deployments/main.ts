/**
 * `npm run bench:deployments`: real deployments on the sandbox, under users' traffic, without a fault and with faults that only
 * users meet. None of the first may be rolled back, and every one of the others has to be.
 */
import { writeFile } from 'node:fs/promises';
import { startWorker } from '../../../demo/processes.ts';
import { launchSandbox } from '../../../sandbox/launch.ts';
import { connect } from '../../../src/client/index.ts';
import { runCampaign } from './campaign.ts';
import { parseOptions, usage, type CampaignOptions } from './options.ts';
import { progressOf } from './progress.ts';
import { reportOf, summaryOf } from './report.ts';
import { planOf } from './scenarios.ts';

/** A fault of 1.5 % takes so long to tell from 0.2 %; the soak is what stable is known from. */
const times = { soak: '30s', monitor: '60s' } as const;

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseOptions(argv);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(`${usage}\n`);
      return 0;
    case 'mistake':
      process.stderr.write(`${parsed.message}\n\n${usage}\n`);
      return 2;
    case 'run':
      return run(parsed.options);
  }
}

/** Brings up what the campaign needs, and ends it again. */
async function run(options: CampaignOptions): Promise<number> {
  const sandbox = await launchSandbox({ onProgress: (text) => process.stderr.write(text) });
  const { deployerKubeconfig: KUBECONFIG, temporalAddress: TEMPORAL_ADDRESS, clusterProxy } = sandbox.info;
  const env = { ...process.env, KUBECONFIG, TEMPORAL_ADDRESS, CUTOVER_CLUSTER_PROXY: clusterProxy };
  const said: string[] = [];
  const worker = startWorker(env, (text) => void said.push(text));
  worker.process.once('exit', (code) => {
    if (code !== 0 && code !== null)
      process.stderr.write(`the worker ended with ${code}: ${said.slice(-20).join('\n')}\n`);
  });
  const client = await connect({ env });
  try {
    const plan = planOf(options);
    const tell = progressOf(plan.length, (text) => process.stderr.write(`${text}\n`));
    const results = await runCampaign({ sandbox: sandbox.info, client, times }, plan, options.atOnce, tell);
    process.stdout.write(`${reportOf(results)}\n`);
    const { holds } = summaryOf(results);
    if (options.json !== null) await writeFile(options.json, `${JSON.stringify({ holds, results }, null, 2)}\n`);
    return holds ? 0 : 1;
  } finally {
    await client.close();
    await worker.stop();
    await sandbox.stop();
  }
}

// The sandbox and the worker end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

process.exitCode = await main(process.argv.slice(2));
