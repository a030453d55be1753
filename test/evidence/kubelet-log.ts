/** A container's logs as a kubelet serves them, over an API server that knows nothing else. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ApiRequest } from '../../src/kubernetes/api-server.ts';
import type { Cluster } from '../../src/kubernetes/cluster.ts';

interface WrittenLine {
  readonly at: string;
  readonly text: string;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export class KubeletLog {
  current: WrittenLine[] = [];
  previous: WrittenLine[] | null = null;
  /** What is answered in place of the log. */
  refusal: { readonly status: number; readonly message: string } | null = null;
  #held: Promise<unknown> = Promise.resolve();
  readonly asked: Query[] = [];

  write(...lines: readonly WrittenLine[]): void {
    this.current.push(...lines);
  }

  /** Writes a line now. */
  say(text: string): void {
    this.write({ at: new Date().toISOString(), text });
  }

  restart(): void {
    this.previous = this.current;
    this.current = [];
  }

  /** Lets answers wait until what it returns is called. */
  hold(): () => void {
    const gate = new AbortController();
    this.#held = once(gate.signal, 'abort');
    return () => gate.abort();
  }

  async answer(query: Query, now: number): Promise<{ status: number; body: string }> {
    await this.#held;
    return this.#answer(query, now);
  }

  #answer(query: Query, now: number): { status: number; body: string } {
    this.asked.push(query);
    if (this.refusal !== null) return failure(this.refusal.status, this.refusal.message);
    const lines = query['previous'] === true ? this.previous : this.current;
    if (lines === null) return failure(400, 'previous terminated container "api" in pod "a" not found');
    const seconds = query['sinceSeconds'];
    const since = typeof seconds === 'number' ? now - seconds * 1_000 : Date.parse(String(query['sinceTime']));
    const shown = lines.slice(-Number(query['tailLines'])).filter(({ at }) => Date.parse(at) >= since);
    const text = shown.map(({ at, text: said }) => `${at} ${said}\n`).join('');
    return { status: 200, body: Buffer.from(text).subarray(0, Number(query['limitBytes'])).toString() };
  }
}

function failure(status: number, message: string): { status: number; body: string } {
  return { status, body: JSON.stringify({ kind: 'Status', message }) };
}

/** An API server with the logs of these pods, by name. */
export function clusterWith(logs: Readonly<Record<string, KubeletLog>>, now: () => number = Date.now): Cluster {
  const open = async ({ path, query = {} }: ApiRequest): Promise<IncomingMessage> => {
    const pod = /\/pods\/([^/]+)\/log$/.exec(path)?.[1] ?? '';
    const { status, body } = (await logs[pod]?.answer(query, now())) ?? failure(404, `pods "${pod}" not found`);
    const answer = { statusCode: status, headers: {} };
    return Object.assign(Readable.from([Buffer.from(body)]), answer) as unknown as IncomingMessage;
  };
  return { api: { open } } as unknown as Cluster;
}
