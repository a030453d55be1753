/** How `approve`, `reject`, `rollback` and `finish` send their message. */
import type { CutoverClient, DeploymentState } from '../client/index.ts';
import type { MessageName } from '../domain/message.ts';
import { actor } from './actor.ts';
import { resolveId, type AppOptions } from './app-id.ts';
import type { CommandContext, CommonOptions } from './context.ts';
import { Refused } from './errors.ts';

export interface DecisionOptions extends CommonOptions, AppOptions {
  readonly by?: string;
  readonly reason?: string;
}

export interface Decided {
  readonly client: CutoverClient;
  readonly state: DeploymentState;
}

/** Sends the message; throws Refused with what an operator should know when it was not taken. */
export async function decide(
  context: CommandContext,
  name: MessageName,
  app: string | undefined,
  options: DecisionOptions,
): Promise<Decided> {
  const id = await resolveId(app, options, context.terminal);
  const client = await context.client();
  const { reason } = options;
  const answer = await client.send(id, name, {
    by: options.by ?? actor(context.terminal.env),
    ...(reason === undefined ? {} : { reason }),
  });
  switch (answer.kind) {
    case 'accepted':
      return { client, state: answer.state };
    case 'refused':
    case 'notFound':
      throw new Refused(answer.message, { id, kind: answer.kind });
  }
}
