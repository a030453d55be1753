/** The moments of a deployment at which its worker can be lost: derived from the history of one that went well. */
import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';

type GetHistory = Connection['workflowService']['getWorkflowExecutionHistory'];
export type HistoryEvent = NonNullable<NonNullable<Awaited<ReturnType<GetHistory>>['history']>['events']>[number];

export type KillPoint =
  | { readonly kind: 'scheduled' | 'started' | 'completed'; readonly activity: string }
  /** Counted from 1. */
  | { readonly kind: 'timer started' | 'timer fired' | 'message'; readonly number: number };

export function describePoint(point: KillPoint): string {
  return 'activity' in point ? `${point.activity} ${point.kind}` : `${point.kind} ${point.number}`;
}

/** Every kill point of a history, in its order. */
export function killPointsOf(events: readonly HistoryEvent[]): KillPoint[] {
  const reader = new PointReader();
  return events.flatMap((event) => reader.read(event));
}

/** Reads events one after the other, and says which kill points each is. */
export class PointReader {
  readonly #activities = new Map<string, string>();
  readonly #counts = { 'timer started': 0, 'timer fired': 0, message: 0 };

  read(event: HistoryEvent): KillPoint[] {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled != null) {
      const activity = scheduled.activityType?.name ?? '';
      this.#activities.set(String(event.eventId), activity);
      return [
        { kind: 'scheduled', activity },
        { kind: 'started', activity },
      ];
    }
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed != null) {
      return [{ kind: 'completed', activity: this.#activities.get(String(completed.scheduledEventId)) ?? '' }];
    }
    if (event.timerStartedEventAttributes != null) return [this.#next('timer started')];
    if (event.timerFiredEventAttributes != null) return [this.#next('timer fired')];
    if (event.workflowExecutionUpdateAcceptedEventAttributes != null) return [this.#next('message')];
    if (event.workflowExecutionSignaledEventAttributes != null) return [this.#next('message')];
    return [];
  }

  #next(kind: 'timer started' | 'timer fired' | 'message'): KillPoint {
    this.#counts[kind] += 1;
    return { kind, number: this.#counts[kind] };
  }
}

/** The events of a running deployment as they are written, until it ends; waits for it to begin. */
export async function* follow(temporal: Connection, workflowId: string): AsyncGenerator<HistoryEvent> {
  await begun(temporal, workflowId);
  let nextPageToken: Uint8Array | undefined;
  do {
    const page: Awaited<ReturnType<GetHistory>> = await nextPage(temporal, workflowId, nextPageToken);
    yield* page.history?.events ?? [];
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== undefined && nextPageToken.length > 0);
}

async function begun(temporal: Connection, workflowId: string): Promise<void> {
  for (;;) {
    try {
      await temporal.workflowService.describeWorkflowExecution({ namespace: 'default', execution: { workflowId } });
      return;
    } catch (error) {
      const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
      if (code !== notFound) throw error;
      await delay(10);
    }
  }
}

function nextPage(
  temporal: Connection,
  workflowId: string,
  nextPageToken: Uint8Array = new Uint8Array(),
): ReturnType<GetHistory> {
  const request = { namespace: 'default', execution: { workflowId }, waitNewEvent: true, nextPageToken };
  return temporal.withDeadline(Date.now() + 120_000, () =>
    temporal.workflowService.getWorkflowExecutionHistory(request),
  );
}

/** Resolves at the moment that the deployment comes to the point; rejects where it ends before. */
export async function reached(temporal: Connection, workflowId: string, point: KillPoint): Promise<void> {
  const wanted = describePoint(point);
  const reader = new PointReader();
  for await (const event of follow(temporal, workflowId)) {
    if (!reader.read(event).some((found) => describePoint(found) === wanted)) continue;
    // An attempt's start is written to the history only when the activity has ended; until then it is seen as pending.
    if (point.kind === 'started') await started(temporal, workflowId, point.activity);
    return;
  }
  const ended = await temporal.workflowService.getWorkflowExecutionHistory({
    namespace: 'default',
    execution: { workflowId },
    historyEventFilterType: 2,
  });
  const [payload] = ended.history?.events?.[0]?.workflowExecutionCompletedEventAttributes?.result?.payloads ?? [];
  throw new Error(`${workflowId} ended without ${wanted}: ${Buffer.from(payload?.data ?? []).toString()}`);
}

/** Of gRPC, and of a pending activity. */
const notFound = 5;
const stateStarted = 2;

/** Resolves when an attempt of the activity runs, or where it took no longer than a look, when it is over. */
async function started(temporal: Connection, workflowId: string, activity: string): Promise<void> {
  for (;;) {
    const { pendingActivities } = await temporal.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId },
    });
    const pending = pendingActivities?.find(({ activityType }) => activityType?.name === activity);
    if (pending == null || Number(pending.state) === stateStarted) return;
    await delay(5);
  }
}
