/**
 * A model of the API server with one Service and some pods: JSON patches are all or nothing, and each request may be
 * delayed between its being sent and its taking effect, and again before its answer.
 */
import { ApiException, type V1Pod, type V1Service } from '@kubernetes/client-node';
import type { ApiRequest, Json } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import type { PatchOperation } from '../../src/kubernetes/service-patch.ts';

type Delay = () => Promise<void>;

export class ModelCluster {
  service: Json<V1Service>;
  pods: Json<V1Pod>[] = [];
  /** Every selector that production ever had, oldest first. */
  readonly selected: (string | undefined)[];
  /** Whether the next answers are lost on the way, though their requests took effect. */
  losesAnswers = 0;
  readonly #delay: Delay;

  constructor(service: Json<V1Service>, delay: Delay = () => Promise.resolve()) {
    this.service = service;
    this.selected = [this.version];
    this.#delay = delay;
  }

  get version(): string | undefined {
    return this.service.spec?.selector?.['version'];
  }

  get annotations(): Record<string, string> {
    return this.service.metadata?.annotations ?? {};
  }

  /** As much of a cluster as claim, switch and rollback ask for. */
  get cluster(): Cluster {
    const json = async (request: ApiRequest): Promise<unknown> => {
      await this.#delay();
      const answer = structuredClone(this.#answer(request));
      await this.#delay();
      if (request.method === 'PATCH' && this.losesAnswers > 0) {
        this.losesAnswers -= 1;
        throw new Error('socket hang up');
      }
      return answer;
    };
    return { api: { json } } as unknown as Cluster;
  }

  #answer({ method = 'GET', path, body, query }: ApiRequest): unknown {
    if (path.endsWith('/services/api-service')) return method === 'PATCH' ? this.#patch(String(body)) : this.service;
    if (path.endsWith('/pods'))
      return { items: this.pods.filter((pod) => matches(pod, String(query?.['labelSelector']))) };
    throw new ApiException(404, 'not found', '', {});
  }

  #patch(body: string): Json<V1Service> {
    const patched = structuredClone(this.service);
    for (const operation of JSON.parse(body) as PatchOperation[]) apply(patched, operation);
    const version = Number(patched.metadata?.resourceVersion) + 1;
    patched.metadata = { ...patched.metadata, resourceVersion: String(version) };
    this.service = patched;
    if (this.selected.at(-1) !== this.version) this.selected.push(this.version);
    return patched;
  }
}

function apply(target: object, operation: PatchOperation): void {
  const parts = operation.path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  let parent = target as Record<string, unknown>;
  for (const part of parts) {
    const next = parent[part];
    if (typeof next !== 'object' || next === null) throw unprocessable(operation.path);
    parent = next as Record<string, unknown>;
  }
  switch (operation.op) {
    case 'test':
      if (JSON.stringify(parent[last]) !== JSON.stringify(operation.value)) throw unprocessable(operation.path);
      break;
    case 'replace':
      if (!(last in parent)) throw unprocessable(operation.path);
      parent[last] = operation.value;
      break;
    case 'add':
      parent[last] = operation.value;
      break;
    case 'remove':
      delete parent[last];
      break;
  }
}

function matches({ metadata }: Json<V1Pod>, selector: string): boolean {
  return selector.split(',').every((pair) => {
    const [name = '', value] = pair.split('=');
    return metadata?.labels?.[name] === value;
  });
}

function unprocessable(path: string): ApiException<string> {
  return new ApiException(422, 'Unprocessable Entity', `{"reason":"Invalid","message":"testing ${path} failed"}`, {});
}
