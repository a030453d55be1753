import type { Command } from 'commander';
import { readSpecFile, type SpecFile } from '../../client/index.ts';
import { deploymentId } from '../../domain/slot.ts';
import { doubtsAbout } from '../../domain/spec-doubts.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { SpecInvalid } from '../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { withJson } from '../options.ts';

interface ValidateOptions extends CommonOptions {
  readonly file: string;
  readonly connect?: boolean;
}

export function registerValidate(program: Command, execute: Execute): void {
  const command = program
    .command('validate')
    .description('check a spec file and report every mistake at once; nothing is started')
    .requiredOption('-f, --file <file>', 'the spec, YAML or JSON; - for standard input')
    .option('--connect', 'try out, through a worker, the metrics, queries, addresses and Secrets that it names');
  withJson(command).action((options: ValidateOptions) =>
    execute(options, async (context) => {
      const file = await readSpecFile(options.file, { stdin: context.terminal.stdin });
      if (!file.ok) throw new SpecInvalid(file.mistakes);
      const { spec } = file;
      const unchecked = options.connect === true ? await connected(context, file) : null;
      const id = deploymentId(spec.namespace, spec.app);
      const doubts = doubtsAbout(spec);
      const tried = unchecked === null ? '' : ', and what it refers to is there';
      const left = (unchecked ?? []).map((why) => `not tried out: ${why}`);
      context.answer(
        { valid: true, id, spec, doubts, ...(unchecked === null ? {} : { unchecked }) },
        [`${options.file} is valid${tried}: it deploys ${id} behind ${spec.service}`, ...doubts, ...left].join('\n'),
      );
      return exitCodes.done;
    }),
  );
}

/** What could not be tried out; throws SpecInvalid where something is not as the spec says. */
async function connected(
  context: CommandContext,
  { spec, locate }: Extract<SpecFile, { ok: true }>,
): Promise<readonly string[]> {
  const client = await context.client();
  const { mistakes, unchecked } = await client.validate(spec);
  if (mistakes.length > 0) throw new SpecInvalid(mistakes.map(locate));
  return unchecked;
}
