/** Requests that the API server passes on to pods and Services. */
import type { Network, Reached } from '../pods/network.ts';
import type { After } from '../time.ts';
import type { Answer } from './model-api-server.ts';
import { notFound, Refusal } from './refusal.ts';
import type { SentRequest } from './request.ts';

/** What came back, as late as the application answered. Throws a Refusal where there was no answer. */
export function proxied(request: SentRequest, network: Network, after: After): Answer | Promise<Answer> {
  const reached = reach(request, network);
  if (reached.kind === 'none') throw new Refusal('ServiceUnavailable', wordsOf(reached));
  const { status, headers, body, latencyMs } = reached.answer;
  const answer = { kind: 'text', status, headers, body } as const;
  if (latencyMs === 0) return answer;
  return new Promise((resolve) => {
    after(latencyMs, () => resolve(answer));
  });
}

function reach({ resource, namespace, name, path }: SentRequest, network: Network): Reached {
  const [target = ''] = (name ?? '').split(':', 1);
  const rest = path.slice(path.indexOf('/proxy') + '/proxy'.length);
  if (resource === 'pods') {
    const process = network.pod(namespace, target);
    if (process === null) throw notFound('pods', target);
    return network.ask(process, rest);
  }
  const process = network.service(namespace, target);
  if (!('error' in process)) return network.ask(process, rest);
  if (process.error === 'unreachable') throw notFound('services', target);
  return process;
}

function wordsOf({ error, reason }: Exclude<Reached, { kind: 'answer' }>): string {
  return error === 'no-endpoints' ? reason : `error trying to reach service: dial tcp: connect: ${reason}`;
}
