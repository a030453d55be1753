/**
 * Whether a pod takes TCP connections, through the API server's port-forward: the node connects to the port on the pod's
 * own loopback interface.
 */
import { WebSocketHandler, type KubeConfig } from '@kubernetes/client-node';
import { AccessError, describeTarget, type PodTarget, type RequestOptions } from './access.ts';
import { bounded } from './exchange.ts';

/** The protocol tells of a refused connection, never of a made one: so long without a refusal counts as made. */
const quietMs = 500;

/** Each port has a channel for its data and one for its errors; both begin with the port's number, in two bytes. */
const errorChannel = 1;
const portBytes = 2;

interface Socket {
  close(): void;
  addEventListener(event: 'close', listener: () => void): void;
}

/** Rejects with AccessError: `refused` with the node's words, `proxy` where the cluster forwards no ports. */
export async function connectByPortForward(
  kubeConfig: KubeConfig,
  target: PodTarget,
  options: Pick<RequestOptions, 'timeoutMs' | 'signal'>,
): Promise<{ durationMs: number }> {
  const what = `TCP to ${describeTarget(target)}`;
  return bounded(what, options, async (signal) => {
    const started = performance.now();
    const refused = await forward(kubeConfig, target, signal);
    if (refused !== null) throw new AccessError('refused', what, refused);
    return { durationMs: Math.round(performance.now() - started) };
  });
}

/** The node's refusal, or null when it has none. */
async function forward(kubeConfig: KubeConfig, target: PodTarget, signal: AbortSignal): Promise<string | null> {
  let settle: (refused: string | null) => void = () => undefined;
  const settled = new Promise<string | null>((resolve) => {
    settle = resolve;
  });
  const begun = new Set<number>();
  const socket = await open(kubeConfig, target, (channel, data) => {
    const content = begun.has(channel) ? data : data.subarray(portBytes);
    begun.add(channel);
    const said = channel === errorChannel ? content.toString('utf8').trim().slice(0, 200) : null;
    // What comes on the other channel comes from the application: it has taken the connection.
    if (content.length > 0) settle(said);
    return true;
  });
  const timer = setTimeout(() => settle(null), quietMs);
  socket.addEventListener('close', () => settle('the connection was closed at once'));
  signal.addEventListener('abort', () => settle(null), { once: true });
  try {
    return signal.aborted ? null : await settled;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

async function open(
  kubeConfig: KubeConfig,
  target: PodTarget,
  hear: (channel: number, data: Buffer) => boolean,
): Promise<Socket> {
  const { namespace, name, port } = target;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/portforward?ports=${port}`;
  try {
    return (await new WebSocketHandler(kubeConfig).connect(path, null, hear)) as Socket;
  } catch (error) {
    const reason = `the API server did not forward the port (${messageOf(error).slice(0, 200)}): use access: direct`;
    throw new AccessError('proxy', `TCP to ${describeTarget(target)}`, reason);
  }
}

/** The WebSocket library rejects with an event. */
function messageOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : 'no reason';
}
