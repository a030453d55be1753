/** What the demo plays on: the sandbox, a worker, the seed's manifests, load on the Service. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import { launchSandbox } from '../sandbox/launch.ts';
import type { SandboxInfo } from '../sandbox/sandbox.ts';
import { podsAnswer, serviceAnswers } from '../sandbox/pods-answer.ts';
import { serviceUrl } from '../sandbox/service-url.ts';
import { run } from '../sandbox/tools/command.ts';
import { launchLoad, type LaunchedLoad } from './load/launch.ts';
import type { LoadStats } from './load/report.ts';
import { specOfRole, type DemoSpec } from './deploy-spec.ts';
import { cutover, startWorker, type CommandResult } from './processes.ts';

export interface Stage {
  readonly env: NodeJS.ProcessEnv;
  readonly load: LaunchedLoad;
  readonly sandbox: SandboxInfo;
  /** Where the Service is reached on this machine. */
  readonly serviceUrl: string;
  /** The file of the demo's spec. */
  readonly specFile: string;
  /** Runs `cutover ARGS`, as a user would. */
  cutover(...args: string[]): Promise<CommandResult>;
  /** Writes the spec to its file. */
  writeSpec(spec: DemoSpec): void;
  /** Requests of the worker to the Kubernetes API so far, from the API server's audit log. */
  kubernetesRequests(): number;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly requestsPerSecond: number;
  readonly onStats: (stats: LoadStats) => void;
  readonly tell: (line: string) => void;
  readonly onProgress: (text: string) => void;
}

/** Sets everything up, until v1 serves under load; what was started is stopped again when a part of it fails. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    const sandbox = await launchSandbox({ onProgress: options.onProgress });
    stops.push(() => sandbox.stop());
    const { info } = sandbox;
    options.tell(
      `the sandbox is up: Temporal at ${info.temporalAddress} (UI ${info.uiAddress}), Kubernetes at ${info.apiServer}`,
    );
    const directory = mkdtempSync(join(tmpdir(), 'cutover-demo-'));
    stops.push(async () => rmSync(directory, { recursive: true, force: true }));
    const env = {
      ...process.env,
      KUBECONFIG: info.deployerKubeconfig,
      TEMPORAL_ADDRESS: info.temporalAddress,
      CUTOVER_CLUSTER_PROXY: info.clusterProxy,
      CUTOVER_BY: 'demo',
      NO_COLOR: '1',
    };
    const specFile = join(directory, 'deploy.yaml');
    const writeSpec = (spec: DemoSpec): void => writeFileSync(specFile, stringify(spec));
    const worker = startWorker(env, () => undefined);
    stops.push(() => worker.stop());
    const kubectl = (...args: string[]): Promise<string> =>
      run(info.kubectl, args, { env: { ...process.env, KUBECONFIG: info.kubeconfig } });
    const applied = join(directory, 'applied.yaml');
    writeFileSync(applied, seedWithoutGreen());
    await kubectl('apply', '-f', applied);
    writeSpec(specOfRole());
    writeFileSync(applied, await roleOfDeployer(specFile, env));
    await kubectl('apply', '-f', applied);
    await kubectl('rollout', 'status', 'deployment/api-blue', '--timeout=120s');
    const stable = { namespace: 'default', selector: 'app=api,version=blue', port: 8080, path: '/healthz' };
    await podsAnswer(info.kubeconfig, stable);
    const url = await serviceUrl(info.kubeconfig, { namespace: 'default', name: 'api-service' });
    await serviceAnswers(`${url}/healthz`);
    options.tell(`api-blue runs v1 in ten pods; api-service is served at ${url}`);
    const load = await launchLoad({
      urls: [`${url}/api/items`],
      requestsPerSecond: options.requestsPerSecond,
      durationMs: 900_000,
      onStats: options.onStats,
    });
    stops.push(async () => void (await load.stop()));
    return {
      env,
      load,
      stop,
      sandbox: info,
      serviceUrl: url,
      specFile,
      cutover: (...args) => cutover(args, env),
      writeSpec,
      kubernetesRequests: () => readFileSync(info.auditLog, 'utf8').split('"stage":"RequestReceived"').length - 1,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The Role for the worker of the demo, which is the sandbox's user `deployer`. Throws what the command said. */
async function roleOfDeployer(spec: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await cutover(['role', '-f', spec, '--user', 'deployer'], env);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** The seed's manifests as they stand, but for api-green: that one is for the deployment to make. */
function seedWithoutGreen(): string {
  const root = import.meta.url.endsWith('.ts') ? '../' : '../../';
  const file = fileURLToPath(new URL(`${root}examples/blue-green.yaml`, import.meta.url));
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .filter((document) => document.getIn(['metadata', 'name']) !== 'api-green')
    .map((document) => document.toString({ directives: false }))
    .join('---\n');
}
