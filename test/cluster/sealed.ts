/** A worker, commands and a codec server of one's own, whose payloads are encrypted; and the history as Temporal keeps it. */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { startCommand, type RunningCommand } from '../../demo/processes.ts';
import '../setup/provided.ts';
import type { ClusterRig } from './rig.ts';

export function newKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

type Settings = Readonly<Record<string, string | undefined>>;

/** What Temporal keeps of `patched()`: the name of the change, as a marker and as a search attribute. */
const ofChanges: ReadonlySet<string> = new Set([
  'EVENT_TYPE_MARKER_RECORDED',
  'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
]);

/** What is started here ends with `stop`. */
export class Sealed {
  readonly #rig: ClusterRig;
  #worker: RunningCommand | null = null;
  #server: RunningCommand | null = null;

  /** The rig's commands use a task queue of the rig's own from now on. */
  constructor(rig: ClusterRig) {
    this.#rig = rig;
    rig.given({ CUTOVER_TASK_QUEUE: rig.namespace });
  }

  /** Stops the worker that runs, and starts one that has these keys. */
  async worker(keys: string | undefined): Promise<void> {
    await this.#worker?.stop();
    const { deployerKubeconfig } = inject('sandbox');
    await this.#says('polling', ['worker'], { KUBECONFIG: deployerKubeconfig, CUTOVER_PAYLOAD_KEYS: keys });
  }

  /** Starts `cutover codec-server`; its URL. */
  async codecServer(keys: string): Promise<string> {
    const line = await this.#says('http:', ['codec-server', '--port', '0'], { CUTOVER_PAYLOAD_KEYS: keys });
    return /http:\S+/.exec(line)?.[0] ?? line;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#worker?.stop(), this.#server?.stop()]);
  }

  /** The latest history and description as those see them who have no key, with all Base64 in them decoded too. */
  async raw(): Promise<string> {
    const shown = await Promise.all([this.#show('show'), this.#show('describe')]);
    return withBytes(shown.join('\n'));
  }

  /** The encoding of every payload in the latest history, but for the markers of the code's own changes. */
  async encodings(): Promise<Set<string>> {
    const { events } = JSON.parse(await this.#show('show')) as {
      readonly events: readonly { readonly eventType: string }[];
    };
    const unmarked = events.filter(({ eventType }) => !ofChanges.has(eventType));
    const found = JSON.stringify(unmarked).matchAll(/"encoding":\s*"([^"]*)"/g);
    return new Set(Array.from(found, ([, encoding = '']) => Buffer.from(encoding, 'base64').toString('utf8')));
  }

  /** The history through a codec endpoint. */
  async throughCodec(url: string): Promise<string> {
    return withBytes(await this.#show('show', '--codec-endpoint', url));
  }

  async #show(...args: string[]): Promise<string> {
    const [command = '', ...more] = args;
    const format = ['--output', 'json', '--no-json-shorthand-payloads'];
    const asked = ['workflow', command, '--workflow-id', this.#rig.id, ...format, ...more];
    return this.#rig.must(asked.join(' '), await this.#rig.temporal(...asked));
  }

  /** The first line with these words; rejects with all lines where the command ends without them. */
  #says(words: string, args: ['worker'] | ['codec-server', ...string[]], changes: Settings): Promise<string> {
    return new Promise((resolve, reject) => {
      const said: string[] = [];
      const command = startCommand(args, this.#environment(changes), (line) => {
        said.push(line);
        if (line.includes(words)) resolve(line);
      });
      command.process.once('close', () => reject(new Error(`${args[0]} ended without "${words}": ${said.join('\n')}`)));
      if (args[0] === 'worker') this.#worker = command;
      else this.#server = command;
    });
  }

  #environment(changes: Settings): NodeJS.ProcessEnv {
    const { kubeconfig, temporalAddress, clusterProxy } = inject('sandbox');
    return {
      ...process.env,
      KUBECONFIG: kubeconfig,
      TEMPORAL_ADDRESS: temporalAddress,
      CUTOVER_CLUSTER_PROXY: clusterProxy,
      CUTOVER_TASK_QUEUE: this.#rig.namespace,
      ...changes,
    };
  }
}

/** A text, and what it holds in Base64. */
function withBytes(text: string): string {
  const bytes = text.match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? [];
  return [text, ...bytes.map((found) => Buffer.from(found, 'base64').toString('utf8'))].join('\n');
}
