import type { V1Service } from '@kubernetes/client-node';
import type { Json } from '../api-server.ts';
import type { Cluster } from '../cluster.ts';
import { describeApiError, isNotFound } from '../errors.ts';
import { DeploymentError } from '../../domain/failure.ts';
import { AccessError, describeTarget, type ServiceTarget } from './access.ts';

export interface ServiceAddress {
  /** null for a headless Service. */
  readonly clusterIP: string | null;
  readonly port: number;
}

const freshMs = 10_000;
const kept = 500;

/** Where Services listen. Remembered for seconds, so that a series of requests asks the API server once. */
export class ServiceDirectory {
  readonly #cluster: Cluster;
  readonly #known = new Map<string, { readonly until: number; readonly service: Promise<Json<V1Service>> }>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** The address of a Service's port. AccessError('unreachable') where there is no such Service or port. */
  async find(target: ServiceTarget): Promise<ServiceAddress> {
    const service = await this.#read(target);
    const ports = (service.spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
    const found = target.port === undefined ? ports[0] : ports.find(({ port }) => port === target.port);
    if (found === undefined) {
      throw new AccessError('unreachable', describeTarget(target), 'the Service has no such TCP port');
    }
    const { clusterIP } = service.spec ?? {};
    return { clusterIP: clusterIP === undefined || clusterIP === 'None' ? null : clusterIP, port: found.port };
  }

  async #read(target: ServiceTarget): Promise<Json<V1Service>> {
    const path = `/api/v1/namespaces/${target.namespace}/services/${target.name}`;
    const now = performance.now();
    const known = this.#known.get(path);
    const current = known !== undefined && known.until > now;
    const service = current ? known.service : this.#cluster.api.json<Json<V1Service>>({ path });
    if (!current) {
      if (this.#known.size >= kept) this.#known.clear();
      this.#known.set(path, { until: now + freshMs, service });
    }
    try {
      return await service;
    } catch (error) {
      this.#known.delete(path);
      if (error instanceof DeploymentError) throw error;
      const kind = isNotFound(error) ? 'unreachable' : 'proxy';
      throw new AccessError(kind, describeTarget(target), describeApiError(error), { cause: error });
    }
  }
}
