import type { Command } from 'commander';
import { readSpecFile } from '../../client/index.ts';
import { roleBindingsOf, rolesOf, type Subject } from '../../domain/role.ts';
import type { CommonOptions, Execute } from '../context.ts';
import { SpecInvalid, UsageError } from '../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { withJson } from '../options.ts';
import { renderRoles } from '../render/role.ts';

interface RoleOptions extends CommonOptions {
  readonly file: string;
  readonly serviceAccount: string;
  readonly user?: string;
}

export function registerRole(program: Command, execute: Execute): void {
  const command = program
    .command('role')
    .description("print the worker's Role and RoleBinding for a spec, for `kubectl apply -f -`")
    .requiredOption('-f, --file <file>', 'the spec, YAML or JSON; - for standard input')
    .option('--service-account <namespace/name>', 'who the worker is', 'cutover/cutover-worker')
    .option('--user <name>', 'who the worker is, where it runs outside of the cluster');
  withJson(command).action((options: RoleOptions) =>
    execute(options, async (context) => {
      const subject = subjectOf(options);
      const file = await readSpecFile(options.file, { stdin: context.terminal.stdin });
      if (!file.ok) throw new SpecInvalid(file.mistakes);
      const [roles, bindings] = [rolesOf(file.spec), roleBindingsOf(file.spec, subject)];
      const items = roles.flatMap((role, index) => [role, ...bindings.slice(index, index + 1)]);
      context.answer({ apiVersion: 'v1', kind: 'List', items }, renderRoles(file.spec, roles, bindings));
      return exitCodes.done;
    }),
  );
}

function subjectOf({ serviceAccount, user }: RoleOptions): Subject {
  if (user !== undefined) return { kind: 'User', name: user };
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(serviceAccount) ?? [];
  if (namespace !== undefined && name !== undefined) return { kind: 'ServiceAccount', namespace, name };
  throw new UsageError(
    `--service-account: "${serviceAccount}" names no service account: write it as NAMESPACE/NAME, as in cutover/cutover-worker`,
  );
}
