import { Option, type Command } from 'commander';
import { readSpecFile, type CutoverClient, type DeployResult, type Milestone } from '../../client/index.ts';
import { actor } from '../actor.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { Refused, SpecInvalid } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { concludeWait, follow } from '../follow.ts';
import { parseTimeout, withDecision, withJson } from '../options.ts';

interface DeployCommandOptions extends CommonOptions {
  readonly file: string;
  readonly image?: string;
  readonly wait?: Milestone;
  readonly timeout?: string;
  readonly replace?: boolean;
  readonly deleteUnmanaged?: boolean;
  readonly by?: string;
  readonly reason?: string;
}

export function registerDeploy(program: Command, execute: Execute): void {
  const command = program
    .command('deploy')
    .description('start a deployment; one of the app that is in retention is superseded')
    .requiredOption('-f, --file <file>', 'the spec, YAML or JSON; - for standard input')
    .option('--image <image>', "the candidate's image, instead of the one in the spec")
    .addOption(
      new Option('--wait <milestone>', 'wait until the monitor has passed, or until all is over').choices([
        'promoted',
        'finished',
      ]),
    )
    .option('--timeout <duration>', 'the longest time to wait, such as 30m (default: as long as it takes)')
    .option('--replace', 'roll back a deployment that runs, or give up the fallback of one that was terminated')
    .option('--delete-unmanaged', "delete a Deployment in the candidate's slot that cutover has not made");
  withJson(withDecision(command, 'optional')).action((options: DeployCommandOptions) =>
    execute(options, (context) => deploy(context, options)),
  );
}

async function deploy(context: CommandContext, options: DeployCommandOptions): Promise<ExitCode> {
  const { terminal } = context;
  const left = timeLeft(parseTimeout(options.timeout));
  const { image, replace = false, deleteUnmanaged = false, reason } = options;
  const file = await readSpecFile(options.file, { stdin: terminal.stdin, ...(image === undefined ? {} : { image }) });
  if (!file.ok) throw new SpecInvalid(file.mistakes);
  const client = await context.client();
  await warnWithoutWorker(context, client);
  const { signal, release } = terminal.interruptible();
  const result = await client
    .deploy({
      spec: file.input,
      by: options.by ?? actor(terminal.env),
      ...(reason === undefined ? {} : { reason }),
      replace,
      deleteUnmanaged,
      signal,
      ...left(),
      onMakingWay: (message) => context.say(message),
      onTrouble: (message) => context.warn(message),
    })
    .finally(release);
  const { id, runId } = started(result, options.file);
  const watch = `follow it with \`cutover status ${id} --watch\``;
  if (options.wait === undefined) {
    context.answer({ id, runId }, `${id} is on its way (run ${runId}); ${watch}`);
    return exitCodes.done;
  }
  return wait(context, client, { id, runId }, options.wait, left().timeoutMs);
}

/** What is left of the time to wait: making way and the deployment share it. */
function timeLeft(timeoutMs: number | undefined): () => { readonly timeoutMs?: number } {
  const startedAt = performance.now();
  return () => (timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, timeoutMs - (performance.now() - startedAt)) });
}

async function wait(
  context: CommandContext,
  client: CutoverClient,
  key: { readonly id: string; readonly runId: string },
  milestone: Milestone,
  timeoutMs: number | undefined,
): Promise<ExitCode> {
  context.say(`${key.id} is on its way (run ${key.runId})`);
  const end = await follow(context, (waiting) => client.waitFor(key, milestone, waiting), timeoutMs);
  if (context.json) context.answer({ ...key, end: end.kind, ...end.status }, '');
  return concludeWait(context, key.id, end);
}

function started(result: DeployResult, file: string): Extract<DeployResult, { kind: 'started' }> {
  switch (result.kind) {
    case 'started':
      return result;
    case 'refused':
      throw new Refused(result.message, { inTheWay: result.inTheWay });
    case 'invalid':
      throw new SpecInvalid(result.mistakes.map((mistake) => ({ ...mistake, file, line: null, column: null })));
  }
}

async function warnWithoutWorker(context: CommandContext, client: CutoverClient): Promise<void> {
  const silence = await client.whyNoWorker();
  if (silence !== null) context.warn(silence);
}
