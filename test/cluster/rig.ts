/** A namespace of its own on the running sandbox, and the commands that a user would type. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import '../setup/provided.ts';
import { parseAllDocuments, stringify } from 'yaml';
import type { SandboxInfo } from '../../sandbox/sandbox.ts';
import { launchLoad, type LaunchedLoad } from '../../demo/load/launch.ts';
import { podsAnswer, serviceAnswers } from '../../sandbox/pods-answer.ts';
import { serviceUrl } from '../../sandbox/service-url.ts';
import {
  connect,
  DeploymentNotFound,
  NoWorker,
  readSpecFile,
  TemporalCallFailed,
  type CutoverClient,
} from '../../src/client/index.ts';
import { roleBindingOf, roleOf, type Role } from '../../src/domain/role.ts';
import type { DeploymentState } from '../../src/domain/state.ts';
import type { SpecInput } from '../../src/domain/spec.ts';
import { askedIn, outsideOfRole, type Asked } from './audit.ts';
import { granted } from './granted.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class ClusterRig {
  readonly namespace: string;
  readonly #sandbox: SandboxInfo;
  readonly #directory: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #granted = new Map<string, Role['rules'][number]>();

  private constructor(namespace: string, sandbox: SandboxInfo) {
    this.namespace = namespace;
    this.#sandbox = sandbox;
    this.#directory = mkdtempSync(join(tmpdir(), 'cutover-test-'));
    const { kubeconfig, temporalAddress, clusterProxy } = sandbox;
    this.#env = {
      ...process.env,
      KUBECONFIG: kubeconfig,
      TEMPORAL_ADDRESS: temporalAddress,
      CUTOVER_CLUSTER_PROXY: clusterProxy,
      CUTOVER_BY: 'tester',
      NO_COLOR: '1',
    };
  }

  /** A fresh namespace in which the seed's stable slot and Service stand, with this many pods each. */
  static async withSeed(replicas: number, image = 'myapp:v1.0', sandbox = inject('sandbox')): Promise<ClusterRig> {
    const rig = await ClusterRig.empty(sandbox);
    await rig.apply(seedManifests(replicas, image, ['api-blue', 'api-service']));
    await rig.kubectl('rollout', 'status', 'deployment/api-blue', '--timeout=60s');
    const stable = { namespace: rig.namespace, selector: 'app=api,version=blue', port: 8080, path: '/healthz' };
    await podsAnswer(sandbox.kubeconfig, stable);
    return rig;
  }

  static async empty(sandbox = inject('sandbox')): Promise<ClusterRig> {
    const rig = new ClusterRig(`test-${randomUUID().slice(0, 8)}`, sandbox);
    rig.must('kubectl', await rig.#run(sandbox.kubectl, ['create', 'namespace', rig.namespace]));
    return rig;
  }

  /**
   * Removes the namespace, without waiting for it to be gone; throws where the worker asked for what its Role does not
   * have, unless the API server was away, which forbids at its start what it allows a moment later. With CUTOVER_RECORD_HISTORIES naming a folder, the
   * histories of its deployments of `api` are kept there: that is how test/replay/histories was made.
   */
  async remove(test: string, { roleWasKnown = true } = {}): Promise<void> {
    const folder = process.env['CUTOVER_RECORD_HISTORIES'];
    if (folder !== undefined) await this.#record(folder, test);
    rmSync(this.#directory, { recursive: true, force: true });
    const outside = outsideOfRole(this.asked());
    await this.#run(this.#sandbox.kubectl, ['delete', 'namespace', this.namespace, '--wait=false']);
    if (roleWasKnown && outside.length > 0)
      throw new Error(`the worker asked for what no Role gives it: ${JSON.stringify(outside)}`);
  }

  async #record(folder: string, test: string): Promise<void> {
    const name = test
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 80);
    const runs = await this.temporal('workflow', 'list', '--query', `WorkflowId = '${this.id}'`, '--output', 'json');
    const listed = JSON.parse(runs.stdout) as { readonly execution: { readonly runId: string } }[];
    // The newest is listed first and has the test's name alone.
    for (const [older, { execution }] of listed.entries()) {
      const run = ['--workflow-id', this.id, '--run-id', execution.runId, '--output', 'json'];
      const { stdout } = await this.temporal('workflow', 'show', ...run);
      const suffix = older === 0 ? '' : `-${older}-before`;
      writeFileSync(join(folder, `${name}${suffix}.json`), anonymous(stdout));
    }
  }

  get id(): string {
    return `${this.namespace}/api`;
  }

  /** Runs `cutover` to its end, whatever its exit code. Before it deploys, the worker is given the Role of the spec. */
  async cutover(...args: string[]): Promise<CommandResult> {
    const [command, flag, file] = args;
    if (command === 'deploy' && flag === '-f' && file !== undefined) await this.grant(file);
    return this.#cutover(args);
  }

  /** `cutover deploy` with what the worker may do as it is. */
  deployAsGranted(file: string, ...args: string[]): Promise<CommandResult> {
    return this.#cutover(['deploy', '-f', file, ...args]);
  }

  /** Gives the worker what the spec needs, as `cutover role` prints it; a spec with mistakes needs nothing. */
  async grant(file: string): Promise<void> {
    const read = await readSpecFile(file);
    if (!read.ok) return;
    const role = roleOf(read.spec);
    // What an earlier deployment needs stays: it may be in retention still.
    for (const rule of role.rules) this.#granted.set(JSON.stringify(rule), rule);
    const rules = [...this.#granted.values()];
    await this.apply([{ ...role, rules }, roleBindingOf(read.spec, { kind: 'User', name: 'deployer' })]);
    await granted(this.#sandbox.deployerKubeconfig, read.spec);
  }

  /** From now on commands have these settings, too; undefined takes one away. */
  given(settings: Readonly<Record<string, string | undefined>>): void {
    Object.assign(this.#env, settings);
  }

  /** What the worker has asked of the API server in this namespace. */
  asked(): Asked[] {
    return askedIn(this.#sandbox.auditLog, this.namespace);
  }

  /** Runs `cutover`; rejects with what it printed when its exit code is another. */
  async cutoverEnds(code: number, ...args: string[]): Promise<void> {
    const { code: actual, stdout, stderr } = await this.cutover(...args);
    if (actual !== code) throw new Error(`cutover ${args.join(' ')} ended with ${actual}: ${stderr}${stdout}`);
  }

  temporal(...args: string[]): Promise<CommandResult> {
    return this.#run(inject('temporal'), [...args, '--address', this.#sandbox.temporalAddress]);
  }

  /** Runs kubectl in the namespace; rejects when it fails. */
  async kubectl(...args: string[]): Promise<string> {
    return this.must('kubectl', await this.#run(this.#sandbox.kubectl, ['--namespace', this.namespace, ...args]));
  }

  /** Runs kubectl as it is given, whatever its exit code. */
  anyKubectl(...args: string[]): Promise<CommandResult> {
    return this.#run(this.#sandbox.kubectl, args);
  }

  async apply(manifests: unknown[]): Promise<void> {
    const file = join(this.#directory, `${randomUUID()}.yaml`);
    writeFileSync(file, manifests.map((manifest) => stringify(manifest)).join('---\n'));
    await this.kubectl('apply', '-f', file);
  }

  /** Writes a spec to a file, in this namespace and with short times. */
  spec(changes: Partial<SpecInput> = {}): string {
    const file = join(this.#directory, `${randomUUID()}.yaml`);
    writeFileSync(file, stringify({ ...quickSpec, namespace: this.namespace, ...changes }));
    return file;
  }

  /** The state document, as `cutover status --json` gives it. */
  async state(): Promise<DeploymentState> {
    const { code, stdout, stderr } = await this.cutover('status', this.id, '--json');
    const document = JSON.parse(stdout) as { readonly state?: DeploymentState };
    if (document.state === undefined) throw new Error(`cutover status ended with ${code}: ${stdout}${stderr}`);
    return document.state;
  }

  /** The state as soon as `reached` holds; a deployment that is not there yet is waited for too. */
  async when(reached: (state: DeploymentState) => boolean, timeoutMs = 60_000): Promise<DeploymentState> {
    const client = await connect({ env: this.#env });
    const deadline = Date.now() + timeoutMs;
    try {
      for (;;) {
        const state = await stateOf(client, this.id);
        if (state !== null && reached(state)) return state;
        const isOver = Date.now() > deadline;
        if (isOver)
          throw new Error(`not reached in ${timeoutMs} ms; the last state was ${JSON.stringify(state, null, 2)}`);
        await delay(100);
      }
    } finally {
      await client.close();
    }
  }

  /** Approves; where no worker answers, again and again until one does. */
  async approve(timeoutMs = 60_000): Promise<void> {
    const client = await connect({ env: this.#env });
    const deadline = Date.now() + timeoutMs;
    try {
      for (;;) {
        const answer = await client.approve(this.id, { by: 'ann', reason: 'quiet' }).catch(passing);
        // Refused, where an earlier request was taken whose answer was lost.
        if (answer !== null) return;
        if (Date.now() > deadline) throw new Error(`nobody took the approval of ${this.id} in ${timeoutMs} ms`);
      }
    } finally {
      await client.close();
    }
  }

  /** Which slot the production Service selects now. */
  liveSlot(): Promise<string> {
    return this.kubectl('get', 'service', 'api-service', '-o', 'jsonpath={.spec.selector.version}');
  }

  /** Load on the production Service, on fresh and on kept connections. */
  async load(requestsPerSecond = 60): Promise<LaunchedLoad> {
    const { kubeconfig } = this.#sandbox;
    const url = await serviceUrl(kubeconfig, { namespace: this.namespace, name: 'api-service' });
    // After an API server's absence a cluster's controllers take up to a minute to notice that it is back.
    await serviceAnswers(`${url}/healthz`, 90_000);
    return launchLoad({ urls: [`${url}/api/items`], requestsPerSecond, durationMs: 300_000 });
  }

  must(what: string, { code, stdout, stderr }: CommandResult): string {
    if (code !== 0) throw new Error(`${what} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  #cutover(args: string[]): Promise<CommandResult> {
    return this.#run(process.execPath, [join(root, 'dist/src/cli/main.js'), ...args]);
  }

  #run(command: string, args: string[]): Promise<CommandResult> {
    const child = spawn(command, args, { env: this.#env, cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    });
  }
}

/** A history without the names of the machine on which it was made. */
function anonymous(history: string): string {
  return history.replaceAll(root, '/app/').replaceAll(/"identity": ?"[^"]*"/g, '"identity": "worker"');
}

async function stateOf(client: CutoverClient, id: string): Promise<DeploymentState | null> {
  return (await client.status({ id }).catch(passing))?.state ?? null;
}

/** What passes when a worker or Temporal comes back; all else is thrown. */
function passing(error: unknown): null {
  if (error instanceof DeploymentNotFound || error instanceof NoWorker || error instanceof TemporalCallFailed)
    return null;
  throw error;
}

/** The seed's manifests as they stand in examples/, but for the number of pods and the image of the stable slot. */
export function seedManifests(replicas: number, image: string, names: readonly string[]): unknown[] {
  interface Manifest {
    kind: string;
    metadata: { name: string };
    spec: { replicas?: number; template?: { spec: { containers: { image: string }[] } } };
  }
  const text = readFileSync(join(root, 'examples/blue-green.yaml'), 'utf8');
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  return documents
    .filter(({ metadata }) => names.includes(metadata.name))
    .map((manifest) => {
      const [container] = manifest.spec.template?.spec.containers ?? [];
      if (container === undefined) return manifest;
      container.image = image;
      return { ...manifest, spec: { ...manifest.spec, replicas } };
    });
}

/**
 * On two cores that run dozens of pods a good candidate is slow at times, and a look sees too little; `myapp:…-slow` takes
 * 1.5 s for each answer. Where insufficient data is what is tested, there is no extension.
 */
const patient = {
  extension: '20s',
  thresholds: { p95: '1s', p99: '2s' },
  comparison: { minimumSlowdown: '1s' },
};

/** A spec whose times are seconds, so that a whole deployment takes some twenty of them. */
export const quickSpec: SpecInput = {
  app: 'api',
  service: 'api-service',
  candidate: { image: 'myapp:v2.0' },
  warmUp: { requests: [{ path: '/api/items', count: 3 }] },
  smoke: {
    checks: [
      { name: 'health', http: { path: '/healthz' } },
      { name: 'items', http: { path: '/api/items' } },
      { name: 'port', tcp: {} },
    ],
  },
  soak: {
    duration: '3s',
    interval: '500ms',
    minimumRequests: 10,
    ...patient,
    traffic: { requestsPerSecond: 10, requests: [{ path: '/api/items' }] },
  },
  cutover: { verify: { path: '/api/items', identity: { header: 'x-version' } } },
  monitor: { duration: '4s', interval: '500ms', minimumRequests: 20, ...patient },
  retention: '10m',
  drain: '1s',
  timeouts: { deploy: '30s' },
};
