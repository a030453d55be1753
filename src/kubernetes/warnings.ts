/** Warning Events of Kubernetes about pods and ReplicaSets: what a node or a controller had to say of them. */
import type { CoreV1Event } from '@kubernetes/client-node';
import { maskCredentials } from '../domain/mask.ts';
import type { Json } from './api-server.ts';
import type { Cluster } from './cluster.ts';

export interface WarningEvent {
  readonly uid: string;
  readonly kind: 'Pod' | 'ReplicaSet';
  /** Of what it is about. */
  readonly name: string;
  readonly subject: string;
  /** As Kubernetes names it: `BackOff`, `Unhealthy`, `FailedCreate`. */
  readonly reason: string;
  readonly message: string;
  /** How often it occurred. */
  readonly count: number;
  /** ISO 8601. */
  readonly at: string;
}

/** The client library's type has the page's end under another name than JSON has it. */
interface EventList {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly Json<CoreV1Event>[];
}

/** A namespace with more than this has other troubles. */
const read = 500;
const messageKept = 200;

/** The warnings of a namespace; `isPartial` where there are more than are read. */
export async function readWarnings(
  cluster: Cluster,
  namespace: string,
): Promise<{ readonly events: readonly WarningEvent[]; readonly isPartial: boolean }> {
  const { items, metadata } = await cluster.api.json<EventList>({
    path: `/api/v1/namespaces/${namespace}/events`,
    query: { fieldSelector: 'type=Warning', limit: read },
    // Whoever watches looks again.
    once: true,
  });
  return { events: items.flatMap(viewWarning), isPartial: (metadata.continue ?? '') !== '' };
}

function viewWarning(event: Json<CoreV1Event>): WarningEvent[] {
  const { involvedObject, metadata, reason, message, count, series, lastTimestamp, eventTime } = event;
  const { kind } = involvedObject;
  if (kind !== 'Pod' && kind !== 'ReplicaSet') return [];
  return [
    {
      uid: metadata.uid ?? '',
      kind,
      name: involvedObject.name ?? '',
      subject: involvedObject.uid ?? '',
      reason: reason ?? 'Unknown',
      message: maskCredentials((message ?? '').replaceAll(/\s+/g, ' ')).slice(0, messageKept),
      count: series?.count ?? count ?? 1,
      at: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '',
    },
  ];
}
