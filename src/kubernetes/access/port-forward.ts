/**
 * Whether a pod takes TCP connections, through the API server's port-forward: the node connects to the port on the pod's
 * own loopback interface.
 */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { PortForward, type KubeConfig } from '@kubernetes/client-node';
import { AccessError, describeTarget, type PodTarget, type RequestOptions } from './access.ts';
import { timeLimit } from '../time-limit.ts';
import { bounded } from './exchange.ts';

/** The protocol tells of a refused connection, never of a made one: so long without a refusal counts as made. */
const quietMs = 500;

interface Socket extends NodeJS.EventEmitter {
  close(): void;
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
    const channels = { data: new PassThrough(), errors: new PassThrough() };
    const socket = await open(kubeConfig, target, channels);
    const durationMs = Math.round(performance.now() - started);
    const refused = await refusalOf(socket, channels, signal);
    if (refused !== null) throw new AccessError('refused', what, refused);
    return { durationMs };
  });
}

/** The node's refusal, or null when it has none. */
async function refusalOf(socket: Socket, channels: Channels, stop: AbortSignal): Promise<string | null> {
  const quiet = timeLimit(quietMs, stop);
  const { signal } = quiet;
  try {
    return await Promise.race([
      once(channels.errors, 'data', { signal }).then(([words]: unknown[]) => String(words).trim().slice(0, 200)),
      // Data comes from the application: it has taken the connection.
      once(channels.data, 'data', { signal }).then(() => null),
      once(socket, 'close', { signal }).then(() => 'the connection was closed at once'),
    ]);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    quiet.abort('it is known');
    quiet.release();
    socket.close();
  }
}

interface Channels {
  readonly data: PassThrough;
  readonly errors: PassThrough;
}

async function open(kubeConfig: KubeConfig, target: PodTarget, { data, errors }: Channels): Promise<Socket> {
  const { namespace, name, port } = target;
  try {
    const forwarding = new PortForward(kubeConfig);
    return (await forwarding.portForward(namespace, name, [port], data, errors, new PassThrough())) as Socket;
  } catch (error) {
    const reason = `the API server did not forward the port (${messageOf(error).slice(0, 200)}): use access: direct`;
    throw new AccessError('proxy', `TCP to ${describeTarget(target)}`, reason);
  }
}

/** The WebSocket library rejects with an event. */
function messageOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : 'no reason';
}
