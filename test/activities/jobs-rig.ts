/** The Jobs of an API server, beside one that knows all else. They end when a test says so. */
import { PassThrough } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { ApiException } from '@kubernetes/client-node';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';

interface RigJob {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly conditions: readonly { readonly type: 'Complete'; readonly status: 'True' }[] };
}

const none = { metadata: { resourceVersion: '1' }, items: [] };

export class JobsRig {
  /** The names of all that were ever created. */
  readonly created: string[] = [];
  readonly #jobs = new Map<string, RigJob>();
  readonly #watches: PassThrough[] = [];

  /** Those that are there. */
  get names(): string[] {
    return [...this.#jobs.keys()];
  }

  beside({ api }: Cluster): Cluster {
    const json = async (request: ApiRequest): Promise<unknown> => this.#answer(request) ?? api.json(request);
    const open = (request: ApiRequest): Promise<IncomingMessage> =>
      request.path.endsWith('/jobs') ? Promise.resolve(this.#watch(request)) : api.open(request);
    const deleteNamespacedJob = async ({ name }: { name: string }): Promise<void> => {
      if (!this.#jobs.delete(name)) throw new ApiException(404, 'not found', { reason: 'NotFound' }, {});
    };
    return { api: { json, open }, batch: { deleteNamespacedJob } } as unknown as Cluster;
  }

  /** All that are there have succeeded. */
  succeed(): void {
    for (const [name, { metadata }] of this.#jobs) {
      const job: RigJob = { metadata, status: { conditions: [{ type: 'Complete', status: 'True' }] } };
      this.#jobs.set(name, job);
      for (const watch of this.#watches) watch.write(`${JSON.stringify({ type: 'MODIFIED', object: job })}\n`);
    }
  }

  #answer({ method = 'GET', path, query = {}, body }: ApiRequest): unknown {
    if (String(query['labelSelector']).startsWith('job-name=')) return none;
    if (!path.endsWith('/jobs')) return undefined;
    if (method === 'GET') return { ...none, items: [...this.#jobs.values()] };
    const { metadata } = JSON.parse(String(body)) as { metadata: { name: string } };
    if (this.#jobs.has(metadata.name)) throw new ApiException(409, 'conflict', { reason: 'AlreadyExists' }, {});
    this.created.push(metadata.name);
    const job: RigJob = { metadata: { ...metadata, uid: String(this.created.length) }, status: { conditions: [] } };
    this.#jobs.set(metadata.name, job);
    return job;
  }

  #watch({ signal }: ApiRequest): IncomingMessage {
    const stream = new PassThrough();
    signal?.addEventListener('abort', () => stream.destroy(), { once: true });
    this.#watches.push(stream);
    return Object.assign(stream, { statusCode: 200, headers: {} }) as unknown as IncomingMessage;
  }
}
