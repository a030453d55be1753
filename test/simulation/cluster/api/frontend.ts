/** Takes requests: who may, what goes wrong, what it does, and the journal of it. */
import { accessOf, type ApiAccess } from '../../../../src/kubernetes/errors.ts';
import type { Fault, Intercept } from '../faults.ts';
import type { JournalEntry } from '../journal.ts';
import type { Network } from '../pods/network.ts';
import type { ModelNode } from '../pods/node.ts';
import type { After } from '../time.ts';
import { isResource, type ApiObject } from './kinds.ts';
import type { Answer, Backend } from './model-api-server.ts';
import { proxied } from './proxied.ts';
import { Refusal, troubleOf } from './refusal.ts';
import type { Registry } from './registry.ts';
import { isMutating, jsonOf, type SentRequest } from './request.ts';
import { answerOf, watchOf } from './server.ts';
import type { Watches } from './watches.ts';

interface Options {
  readonly registry: Registry;
  readonly after: After;
  readonly intercept: Intercept;
  /** null: everything. */
  readonly allows: ((access: ApiAccess) => boolean) | null;
  readonly watches: Watches;
  readonly network: Network;
  readonly node: ModelNode;
  readonly journal: (entry: JournalEntry) => void;
}

type Recorded = Pick<
  JournalEntry,
  'caller' | 'verb' | 'resource' | 'subresource' | 'namespace' | 'name' | 'dryRun' | 'body'
>;

export class Frontend implements Backend {
  readonly after: After;
  readonly intercept: Intercept;
  readonly #options: Options;
  #ids = 0;
  #entries = 0;

  constructor(options: Options) {
    this.#options = options;
    this.after = options.after;
    this.intercept = options.intercept;
  }

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  perform(request: SentRequest, fault: Fault): Answer | Promise<Answer> {
    try {
      if (fault.status !== undefined) throw troubleOf(fault.status);
      this.#assertAllowed(request);
      return this.#answer(request, fault);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { kind: 'json', status: error.code, body: error.document };
    }
  }

  /** Runs a change and writes it into the journal, with the object right before and right after. */
  record<T extends ApiObject>(recorded: Recorded, run: () => T): T {
    const before = this.#find(recorded);
    try {
      const result = run();
      const name = recorded.name ?? (recorded.verb === 'create' ? result.metadata.name : null);
      this.#write({ ...recorded, name, status: recorded.verb === 'create' ? 201 : 200, before });
      return result;
    } catch (error) {
      if (error instanceof Refusal) this.#write({ ...recorded, status: error.code, before });
      throw error;
    }
  }

  #answer(request: SentRequest, fault: Fault): Answer | Promise<Answer> {
    const { registry, watches, network, node, after } = this.#options;
    switch (request.verb) {
      case 'proxy':
        return proxied(request, network, after);
      case 'review':
        return this.#review(request);
      case 'watch':
        return { kind: 'watch', stream: watches.open(watchOf(request), fault.watch ?? {}) };
      case 'get':
      case 'list':
        if (request.subresource === 'log') return logOf(registry, node, request);
        return { kind: 'json', ...answerOf(registry, request, this.#asOf(fault)) };
      case 'create':
      case 'update':
      case 'patch':
      case 'delete':
      case 'deletecollection':
        return this.#change(request);
    }
  }

  #change(request: SentRequest): Answer {
    if (!isMutating(request)) throw new Refusal('MethodNotAllowed', 'the server does not allow this method');
    let status = 200;
    const recorded = { ...request, dryRun: request.query['dryRun'] === 'All' };
    const body = this.record(pickRecorded(recorded), () => {
      const answer = answerOf(this.#options.registry, request, null);
      ({ status } = answer);
      return answer.body as ApiObject;
    });
    return { kind: 'json', status, body };
  }

  #asOf({ staleMs }: Fault): number | null {
    return staleMs === undefined ? null : Date.now() - staleMs;
  }

  #find({ resource, namespace, name }: Pick<Recorded, 'resource' | 'namespace' | 'name'>): ApiObject | null {
    return isResource(resource) && name !== null ? this.#options.registry.store.find(resource, namespace, name) : null;
  }

  #write(entry: Omit<JournalEntry, 'seq' | 'at' | 'after'>): void {
    this.#entries += 1;
    this.#options.journal({ ...entry, seq: this.#entries, at: Date.now(), after: this.#find(entry) });
  }

  #assertAllowed({ verb, method, path }: SentRequest): void {
    const { allows } = this.#options;
    if (verb === 'review' || allows === null) return;
    const access = accessOf(verb === 'watch' ? 'WATCH' : method, path.split('?', 1)[0] ?? '');
    if (allows(access)) return;
    const group = access.group === '' ? '' : ` in API group "${access.group}"`;
    const name = access.name === null ? '' : ` "${access.name}"`;
    throw new Refusal(
      'Forbidden',
      `${access.resource}${name} is forbidden: User "deployer" cannot ${access.verb} resource "${access.resource}"${group} in the namespace "${access.namespace ?? ''}"`,
    );
  }

  #review(request: SentRequest): Answer {
    const { spec } = jsonOf(request) as { spec?: { resourceAttributes?: Record<string, string> } };
    const { verb = '', group = '', resource = '', subresource, name, namespace } = spec?.resourceAttributes ?? {};
    const allowed = this.#options.allows?.({
      verb,
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      name: name ?? null,
      namespace: namespace ?? null,
    });
    const kind = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {} };
    return { kind: 'json', status: 201, body: { ...kind, spec, status: { allowed: allowed ?? true } } };
  }
}

function pickRecorded(request: Recorded): Recorded {
  const { caller, verb, resource, subresource, namespace, name, dryRun, body } = request;
  return { caller, verb, resource, subresource, namespace, name, dryRun, body };
}

/** The log of a container's last run, or of the one before. */
function logOf(registry: Registry, node: ModelNode, { namespace, name, query }: SentRequest): Answer {
  const pod = registry.store.find('pods', namespace, name ?? '');
  if (pod === null) throw new Refusal('NotFound', `pods "${name ?? ''}" not found`);
  const process = node.process(pod.metadata.uid);
  const container = query['container'] ?? pod.spec?.containers[0]?.name ?? '';
  const isPrevious = query['previous'] === 'true';
  if (process === null || process.phase.kind === 'creating' || process.phase.kind === 'no-image') {
    throw new Refusal(
      'BadRequest',
      `container "${container}" in pod "${name ?? ''}" is waiting to start: ContainerCreating`,
    );
  }
  if (isPrevious && process.restarts === 0) {
    throw new Refusal('BadRequest', `previous terminated container "${container}" in pod "${name ?? ''}" not found`);
  }
  const lines = process.behaviour.log.split('\n').slice(-Number(query['tailLines'] ?? 1_000));
  return { kind: 'text', status: 200, headers: { 'content-type': 'text/plain' }, body: `${lines.join('\n')}\n` };
}
