/** Files from the web, told from broken ones by their checksum. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { runWithin } from '../node/waiting.ts';
import { ProgressMeter } from './progress.ts';
import type { MakeContext } from './tool.ts';

/** Without an answer for this long, or without a byte later on, it will not work within a user's patience. */
const answerWithinMs = 3_000;
const byteWithinMs = 15_000;

/** A small text. Rejects within seconds where the server is not reached or answers anything but 200. */
export async function downloadText(url: string, signal: AbortSignal | undefined): Promise<string> {
  const never = new AbortController().signal;
  return runWithin(answerWithinMs, signal ?? never, async (patience) => (await ask(url, patience)).text());
}

/** Writes the file to `target`. Rejects when its SHA-256 (hexadecimal) is another. */
export async function downloadFile(url: string, expected: string, target: string, context: MakeContext): Promise<void> {
  const stalled = new AbortController();
  const giveUp = (): void => {
    stalled.abort(new Error(`${url} sent nothing for ${byteWithinMs / 1_000} s`));
  };
  const timer = setTimeout(giveUp, byteWithinMs);
  const signal = context.signal === undefined ? stalled.signal : AbortSignal.any([context.signal, stalled.signal]);
  try {
    const response = await ask(url, signal);
    const meter = new ProgressMeter(`fetching ${url.slice(url.lastIndexOf('/') + 1)}`, context.onProgress);
    const size = Number(response.headers.get('content-length') ?? 0);
    const hash = createHash('sha256');
    let received = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        timer.refresh();
        hash.update(chunk);
        received += chunk.length;
        meter.share = size > 0 ? Math.min(1, received / size) : null;
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as ReadableStream);
    await meter.during(pipeline(body, count, createWriteStream(target), { signal }));
    const actual = hash.digest('hex');
    if (actual !== expected) throw new Error(`${url} has the SHA-256 ${actual}, not ${expected}`);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(url: string, signal: AbortSignal): Promise<Response> {
  try {
    const response = await fetch(url, { signal });
    if (response.ok && response.body !== null) return response;
    throw new Error(`it answered ${response.status}`);
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    const why = cause instanceof Error ? cause.message : message;
    throw new Error(`${url}: ${why}`, { cause: error });
  }
}
