import type { Command } from 'commander';
import { readSpecFile } from '../../client/index.ts';
import { deploymentId } from '../../domain/slot.ts';
import type { CommonOptions, Execute } from '../context.ts';
import { SpecInvalid } from '../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { withJson } from '../options.ts';

interface ValidateOptions extends CommonOptions {
  readonly file: string;
}

export function registerValidate(program: Command, execute: Execute): void {
  const command = program
    .command('validate')
    .description('check a spec file and report every mistake at once; nothing is started')
    .requiredOption('-f, --file <file>', 'the spec, YAML or JSON; - for standard input');
  withJson(command).action((options: ValidateOptions) =>
    execute(options, async (context) => {
      const file = await readSpecFile(options.file, { stdin: context.terminal.stdin });
      if (!file.ok) throw new SpecInvalid(file.mistakes);
      const { spec } = file;
      const id = deploymentId(spec.namespace, spec.app);
      context.answer({ valid: true, id, spec }, `${options.file} is valid: it deploys ${id} behind ${spec.service}`);
      return exitCodes.done;
    }),
  );
}
