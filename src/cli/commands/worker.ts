import type { Command } from 'commander';
import type { CutoverClient, WorkerVersion } from '../../client/index.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { observedAt } from '../observed-at.ts';
import { withJson } from '../options.ts';

export function registerWorker(program: Command, execute: Execute): void {
  const command = program
    .command('worker')
    .description('run deployments: take their steps from Temporal and do them')
    .option('--build-id <id>', "take part in Temporal's Worker Versioning as this build (default: $CUTOVER_BUILD_ID)")
    .option(
      '--series-dir <folder>',
      'keep each look of each watch there, as NDJSON (default: $CUTOVER_SERIES_DIR, else nowhere)',
    )
    .option('--worker-deployment <name>', 'the worker deployment that the build is a version of', 'cutover')
    .addHelpText(
      'after',
      '\nProbes (/livez, /readyz) are served on the port $CUTOVER_HEALTH_PORT, metrics at $CUTOVER_METRICS_ADDRESS.',
    );
  withJson(command).action((options: WorkerCommandOptions) =>
    execute(options, (context) => worker(context, versionOf(options, context), seriesDirectoryOf(options, context))),
  );
}

interface WorkerCommandOptions extends CommonOptions {
  readonly buildId?: string;
  readonly workerDeployment: string;
  readonly seriesDir?: string;
}

function seriesDirectoryOf({ seriesDir }: WorkerCommandOptions, { terminal }: CommandContext): string | null {
  const named = seriesDir ?? terminal.env['CUTOVER_SERIES_DIR'] ?? '';
  return named === '' ? null : named;
}

function versionOf(
  { buildId, workerDeployment: deploymentName }: WorkerCommandOptions,
  { terminal }: CommandContext,
): WorkerVersion | null {
  const named = buildId ?? terminal.env['CUTOVER_BUILD_ID'] ?? '';
  return named === '' ? null : { deploymentName, buildId: named };
}

async function worker(
  context: CommandContext,
  version: WorkerVersion | null,
  seriesDirectory: string | null,
): Promise<ExitCode> {
  const observed = observedAt(context.terminal.env);
  const client = await context.client();
  const { address, namespace, taskQueue, connection, payloadCodec } = client.settings;
  // Loaded only here: the worker's native core would slow every other command down.
  const { runWorker } = await import('../../worker/run.ts');
  const { signal, release } = context.terminal.interruptible();
  try {
    await runWorker({
      connection,
      namespace,
      taskQueue,
      version,
      payloadCodec,
      seriesDirectory,
      ...observed,
      warn: (line) => context.warn(line),
      signal,
      onReady: () => {
        const as = version === null ? '' : ` as build ${version.buildId} of ${version.deploymentName}`;
        context.answer(
          { ready: true, address, taskQueue, version },
          `polling task queue ${taskQueue} of Temporal at ${address}${as}`,
        );
        void warnUnlessCurrent(context, client, version);
      },
    });
  } finally {
    release();
  }
  return exitCodes.done;
}

/** A versioned worker gets nothing to do until its version is made current. */
async function warnUnlessCurrent(
  context: CommandContext,
  client: CutoverClient,
  version: WorkerVersion | null,
): Promise<void> {
  if (version === null) return;
  const { deploymentName, buildId } = version;
  const command = `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`;
  const found = await client.currentBuildId(deploymentName).then(
    (current) =>
      current === buildId
        ? null
        : `deployments go to ${current === null ? 'workers without a version' : `build ${current}`}`,
    (error: unknown) => `whether this build is current could not be read (${String(error)})`,
  );
  if (found !== null) context.warn(`${found}; to send them to this build: ${command}`);
}
