import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  createConfiguration,
  DiscoveryV1Api,
  ServerConfiguration,
  type KubeConfig,
  type RequestContext,
} from '@kubernetes/client-node';
import { messageOf, sleep } from './waiting.ts';

/** The typed clients that the node uses, all on one pool of connections. */
export interface ClusterApi {
  readonly kubeConfig: KubeConfig;
  readonly core: CoreV1Api;
  readonly coordination: CoordinationV1Api;
  readonly discovery: DiscoveryV1Api;
  close(): void;
}

/**
 * Builds the clients. The library opens a TLS connection for every request; a node that patches the status of hundreds
 * of pods needs them kept alive, so the agent is replaced by a pool.
 */
export async function connectClusterApi(kubeConfig: KubeConfig): Promise<ClusterApi> {
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) throw new Error('the kubeconfig of the node names no current cluster: set its current-context');
  const tls: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(tls);
  const pool = { keepAlive: true, maxSockets: 16 };
  const agent = cluster.server.startsWith('https:')
    ? new HttpsAgent({ ...(tls.agent instanceof HttpsAgent ? tls.agent.options : {}), ...pool })
    : new HttpAgent(pool);
  const authentication = {
    getName: () => 'kubeconfig, connections kept alive',
    applySecurityAuthentication: async (context: RequestContext) => {
      await kubeConfig.applySecurityAuthentication(context);
      context.setAgent(agent);
    },
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: authentication },
  });
  return {
    kubeConfig,
    core: new CoreV1Api(configuration),
    coordination: new CoordinationV1Api(configuration),
    discovery: new DiscoveryV1Api(configuration),
    close: () => agent.destroy(),
  };
}

/** The HTTP status of a failed API request, or undefined when the server was not reached. */
export function statusCode(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/** Whether the same request may succeed later: the server was not reached, is overloaded or has failed inside. */
function isTransient(error: unknown): boolean {
  const code = statusCode(error);
  return code === undefined || code === 408 || code === 429 || code >= 500;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Creates an object that may be there from an earlier run, or in a namespace that the API server is about to create. */
export async function created(what: string, options: RetryOptions, create: () => Promise<unknown>): Promise<void> {
  const attempt = async () => {
    try {
      await create();
    } catch (error) {
      if (statusCode(error) !== 409) throw error;
    }
  };
  await retried(what, attempt, options);
}

/**
 * Runs a request until it succeeds, fails for good (that error is thrown), or the signal aborts (undefined). The delay
 * doubles up to 5 s, with jitter so that hundreds of pods do not come back at the same moment.
 */
export async function retried<T>(
  what: string,
  request: () => Promise<T>,
  options: RetryOptions,
): Promise<T | undefined> {
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
    if (options.signal.aborted) return undefined;
    try {
      return await request();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (delay === FIRST_DELAY_MS) options.log(`${what}: ${firstLine(messageOf(error))}; trying again`);
      await sleep(delay * (0.75 + Math.random() / 2), options.signal);
    }
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
