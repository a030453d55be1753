import type { Command } from 'commander';
import { readSpecFile, type SpecFile } from '../../client/index.ts';
import { deploymentId } from '../../domain/slot.ts';
import { doubtsAbout } from '../../domain/spec-doubts.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { SpecInvalid } from '../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { withJson } from '../options.ts';
import { linesOf, wordTried, type TriedOut } from '../render/tried-out.ts';

interface ValidateOptions extends CommonOptions {
  readonly file: string;
  readonly connect?: boolean;
}

export function registerValidate(program: Command, execute: Execute): void {
  const command = program
    .command('validate')
    .description('check a spec file and report every mistake at once; nothing is started')
    .requiredOption('-f, --file <file>', 'the spec, YAML or JSON; - for standard input')
    .option(
      '--connect',
      'try out, through a worker, the candidate, metrics, queries, addresses and Secrets that it names',
    );
  withJson(command).action((options: ValidateOptions) =>
    execute(options, async (context) => {
      const file = await readSpecFile(options.file, { stdin: context.terminal.stdin });
      if (!file.ok) throw new SpecInvalid(file.mistakes);
      const { spec } = file;
      const tried = options.connect === true ? await connected(context, file) : null;
      const id = deploymentId(spec.namespace, spec.app);
      const doubts = doubtsAbout(spec);
      const valid = `${file.name} is valid${wordTried(tried)}: it deploys ${id} behind ${spec.service}`;
      context.answer(
        { valid: true, id, spec, doubts, ...tried },
        [valid, ...doubts, ...(tried === null ? [] : linesOf(tried))].join('\n'),
      );
      return exitCodes.done;
    }),
  );
}

/** What was found beside mistakes; throws SpecInvalid where something is not as the spec says. */
async function connected(
  context: CommandContext,
  { spec, locate }: Extract<SpecFile, { ok: true }>,
): Promise<TriedOut> {
  const client = await context.client();
  const { mistakes, unchecked, notes } = await client.validate(spec, {
    onTrouble: (message) => context.warn(message),
  });
  const beside = { unchecked, notes };
  if (mistakes.length > 0) throw new SpecInvalid(locate(mistakes), { document: beside, lines: linesOf(beside) });
  return beside;
}
