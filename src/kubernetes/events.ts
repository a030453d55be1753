/** Kubernetes Events on the production Service, so that `kubectl describe service` tells who moved the traffic. */
import type { Cluster } from './cluster.ts';
import { describeApiError } from './errors.ts';
import type { ProductionService } from './production.ts';

export interface ServiceEvent {
  readonly reason: 'CutOver' | 'RolledBack';
  readonly message: string;
}

/** Writes the event; says why it could not be written, or null. Never rejects: an event is a courtesy. */
export async function recordEvent(
  cluster: Cluster,
  service: ProductionService,
  { reason, message }: ServiceEvent,
): Promise<string | null> {
  const { name } = service;
  const { namespace = '', uid } = service.object.metadata ?? {};
  const now = new Date().toISOString();
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Service', name, namespace, uid },
    reason,
    message: message.slice(0, 1_000),
    type: 'Normal',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    source: { component: 'cutover' },
    reportingComponent: 'cutover',
    reportingInstance: '',
  };
  try {
    await cluster.api.json({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/events`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    return null;
  } catch (error) {
    return describeApiError(error);
  }
}
