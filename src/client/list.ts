import { Client } from '@temporalio/client';
import { isUnreadable, TolerantCodec } from '../codec/tolerant-codec.ts';
import { deploymentId } from '../domain/slot.ts';
import type { StepName } from '../domain/state.ts';
import { workflowType } from '../workflows/messages.ts';
import { lastKnownOf } from './no-worker.ts';
import type { Temporal } from './temporal.ts';

/** One deployment in a list, by what its workflow left in the memo: no worker is asked. */
export interface ListedDeployment {
  readonly id: string;
  readonly runId: string;
  readonly outcome: string;
  readonly phase: StepName | null;
  /** One line; why it cannot be read, where its key is not among the given ones. */
  readonly summary: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

export interface ListOptions {
  /** How many past deployments at most; all running ones are listed. */
  readonly past?: number;
  /** Those of the apps in this namespace; all without it. */
  readonly namespace?: string;
}

const mostRunning = 1_000;

/** Running deployments first, then past ones, the latest first. Temporal's list lags behind by a second or so. */
export async function listDeployments(
  temporal: Temporal,
  { past = 20, namespace }: ListOptions = {},
): Promise<ListedDeployment[]> {
  const which =
    namespace === undefined ? '' : ` AND WorkflowId STARTS_WITH ${JSON.stringify(deploymentId(namespace, ''))}`;
  const running = await query(temporal, `ExecutionStatus = "Running"${which}`, mostRunning);
  const ended = past === 0 ? [] : await query(temporal, `ExecutionStatus != "Running"${which}`, past);
  return [...running, ...ended];
}

/** So many in a row that have changed nothing are looked past. */
const mostRuns = 50;

/** The last deployments of one app that are over, the latest first. */
export function runsOf(temporal: Temporal, id: string): Promise<ListedDeployment[]> {
  return query(temporal, `WorkflowId = "${id}" AND ExecutionStatus != "Running"`, mostRuns);
}

function query(temporal: Temporal, condition: string, most: number): Promise<ListedDeployment[]> {
  return temporal.call(async () => {
    const found: ListedDeployment[] = [];
    const matching = tolerantClient(temporal).workflow.list({
      query: `WorkflowType = "${workflowType}" AND ${condition}`,
      pageSize: Math.min(most, 200),
    });
    for await (const { workflowId, runId, memo, status, startTime, closeTime } of matching) {
      const known = lastKnownOf(memo);
      found.push({
        id: workflowId,
        runId,
        outcome: endedBy[status.name] ?? known?.outcome ?? status.name.toLowerCase(),
        phase: known?.phase ?? null,
        summary: known?.summary ?? whyUnreadable(memo) ?? '',
        startedAt: startTime.toISOString(),
        finishedAt: closeTime?.toISOString() ?? null,
      });
      if (found.length >= most) break;
    }
    return found;
  });
}

/** What of a deployment cannot be decrypted is an Unreadable. */
export function tolerantClient({ connection, settings: { namespace, payloadCodec } }: Temporal): Client {
  return new Client({ connection, namespace, dataConverter: { payloadCodecs: [new TolerantCodec(payloadCodec)] } });
}

function whyUnreadable(memo: Readonly<Record<string, unknown>> | undefined): string | null {
  const found = Object.values(memo ?? {}).find(isUnreadable);
  return found?.unreadable ?? null;
}

/** Ends in which the workflow could not write its own outcome any more. */
const endedBy: Readonly<Record<string, string>> = {
  TERMINATED: 'terminated',
  TIMED_OUT: 'terminated',
};
