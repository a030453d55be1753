/** A piece of a container's log, as the API server gives it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiException } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { forbidden } from './errors.ts';
import { pauseBeforeRepeat, retryAfterOf } from './repeat.ts';

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

/** The others of a look wait for it. */
const mostTries = 3;

/** Rejects with DeploymentError('Forbidden'), with the library's ApiException, or with the network's error, after a few tries. */
export async function readPodLog(cluster: Cluster, piece: LogPiece, signal: AbortSignal): Promise<PodLogText> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readOnce(cluster, piece, signal);
    } catch (error) {
      const pauseMs = pauseBeforeRepeat({ path: pathOf(piece) }, error, tries);
      if (pauseMs === null || tries >= mostTries || signal.aborted) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

function pathOf({ namespace, pod }: LogPiece): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
}

async function readOnce({ api }: Cluster, piece: LogPiece, signal: AbortSignal): Promise<PodLogText> {
  const { container, previous, since, lines, bytes } = piece;
  const path = pathOf(piece);
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
  if (status !== 200) throw new ApiException(status, '', text, retryAfterOf(response));
  return { text, isCut: read >= bytes };
}
