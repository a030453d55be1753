import { Command } from 'commander';
import { registerApprove } from './commands/approve.ts';
import { registerCodecServer } from './commands/codec-server.ts';
import { registerDeploy } from './commands/deploy.ts';
import { registerFinish } from './commands/finish.ts';
import { registerList } from './commands/list.ts';
import { registerReject } from './commands/reject.ts';
import { registerReport } from './commands/report.ts';
import { registerRole } from './commands/role.ts';
import { registerRollback } from './commands/rollback.ts';
import { registerStatus } from './commands/status.ts';
import { registerValidate } from './commands/validate.ts';
import { registerWorker } from './commands/worker.ts';
import type { Execute } from './context.ts';
import type { Terminal } from './terminal.ts';

const footer = `
Temporal is found by the settings of @temporalio/envconfig: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY,
TEMPORAL_TLS_…, or a profile of its configuration file (TEMPORAL_PROFILE). Payloads are encrypted where
CUTOVER_PAYLOAD_KEYS is set, to id:base64[,id:base64…]; it has to be the same for the worker and the commands.

Exit codes: 0 done, 1 error, 2 usage or a bad spec, 3 rolled back, 4 rollback failed, 5 rejected,
6 approval timed out, 7 wait timed out while the deployment goes on, 130 Ctrl-C ended the wait while it goes on.`;

/** The commands, each of which ends through \`execute\`. */
export function buildProgram(terminal: Terminal, execute: Execute, version: string): Command {
  const program = new Command('cutover')
    .description('Durable blue/green deployments for Kubernetes')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(`--help` lists what can be given)')
    .addHelpText('after', footer);
  for (const register of [
    registerDeploy,
    registerStatus,
    registerReport,
    registerApprove,
    registerReject,
    registerRollback,
    registerFinish,
    registerList,
    registerValidate,
    registerRole,
    registerWorker,
    registerCodecServer,
  ]) {
    register(program, execute);
  }
  return program;
}
