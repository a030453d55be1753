/** A piece of a container's log, as the API server gives it. */
import { ApiException } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { forbidden } from './errors.ts';

export interface LogPiece {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the container's run before this one. */
  readonly previous?: boolean;
  /** From when on: a time, which is taken by the second, or so long ago by the clock of the node. */
  readonly since: { readonly time: string } | { readonly seconds: number };
  /** No more than so many lines from the end, and of them no more than so many bytes from their beginning. */
  readonly lines: number;
  readonly bytes: number;
}

export interface PodLogText {
  /** Each line with the time at which it was written. */
  readonly text: string;
  /** Whether there was more than the bytes that were asked for. */
  readonly isCut: boolean;
}

/** Rejects with DeploymentError('Forbidden'), with the library's ApiException, or with the network's error. */
export async function readPodLog({ api }: Cluster, piece: LogPiece, signal: AbortSignal): Promise<PodLogText> {
  const { namespace, pod, container, previous, since, lines, bytes } = piece;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  const query = {
    container,
    previous,
    timestamps: true,
    tailLines: lines,
    limitBytes: bytes,
    ...('time' in since ? { sinceTime: since.time } : { sinceSeconds: since.seconds }),
  };
  const response = await api.open({ path, query, signal });
  let text = '';
  let read = 0;
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    read += Buffer.byteLength(chunk);
    // A server that does not keep to the limit; leaving the loop ends the answer.
    if (read > 2 * bytes) break;
  }
  const status = response.statusCode ?? 0;
  if (status === 403) throw forbidden('GET', path, text);
  if (status !== 200) throw new ApiException(status, '', text, {});
  return { text, isCut: read >= bytes };
}
