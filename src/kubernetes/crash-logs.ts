/** The last words of containers that crash: a few lines of a few pods, for people who read why a candidate fails. */
import { text } from 'node:stream/consumers';
import { maskedEnd } from '../domain/mask.ts';
import type { Cluster } from './cluster.ts';
import type { PodView } from './pod.ts';

const podsKept = 3;
const lines = 10;
const charactersKept = 1_000;
/** Lines may be of any length. */
const bytesRead = 1_048_576;
const excerptCharacters = 150;

export class CrashLogs {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #logs = new Map<string, { readonly pod: string; readonly container: string; text: string }>();
  readonly #reading = new Set<Promise<void>>();

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  /** Starts to read the log of a container that has ended, once a pod, for the first few pods. */
  consider(pods: readonly PodView[]): void {
    for (const { uid, name, problem } of pods) {
      if (problem?.container == null || problem.exitCode === null) continue;
      if (this.#logs.size >= podsKept || this.#logs.has(uid)) continue;
      const log = { pod: name, container: problem.container, text: '' };
      this.#logs.set(uid, log);
      const reading = this.#read(log).finally(() => this.#reading.delete(reading));
      this.#reading.add(reading);
    }
  }

  /** The last line of each log, to be shown beside other things. */
  get excerpts(): string[] {
    return this.#known().map(({ pod, text: log }) => {
      const last = log.split('\n').at(-1) ?? '';
      return `${pod} said last: ${last.slice(0, excerptCharacters)}`;
    });
  }

  /** The last lines of each log. */
  get full(): string[] {
    return this.#known().map(({ pod, container, text: log }) => `last lines of ${pod} (${container}):\n${log}`);
  }

  /** Resolves when nothing is being read any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#reading);
  }

  #known(): { pod: string; container: string; text: string }[] {
    return [...this.#logs.values()].filter((log) => log.text !== '');
  }

  /** Of the container's last run, or of the one before where a new one has begun already. */
  async #read(log: { readonly pod: string; readonly container: string; text: string }): Promise<void> {
    for (const previous of [true, false]) {
      try {
        const response = await this.#cluster.api.open({
          path: `/api/v1/namespaces/${this.#namespace}/pods/${log.pod}/log`,
          query: { container: log.container, tailLines: lines, limitBytes: bytesRead, previous },
        });
        const said = maskedEnd((await text(response)).trimEnd(), charactersKept);
        if (response.statusCode !== 200 || said === '') continue;
        log.text = said;
        return;
      } catch {
        // The reasons of the pod itself are what counts; its log is an addition.
      }
    }
  }
}
