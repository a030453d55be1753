import { open, type FileHandle } from 'node:fs/promises';
import type { LogFile } from './log-file.ts';

export interface LogQuery {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Nothing older than this. */
  readonly since?: Date;
}

/** Yields the text of a container's log as `kubectl logs` shows it; with `follow`, until the container ends or the signal aborts. */
export async function* readLog(log: LogFile, query: LogQuery, signal: AbortSignal): AsyncGenerator<string> {
  let left = query.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const records of readRecords(log, query, signal)) {
    const text = records.map((record) => formatRecord(record, query)).join('');
    if (text === '') continue;
    const part = Buffer.byteLength(text) <= left ? text : Buffer.from(text).subarray(0, left).toString();
    yield part;
    left -= Buffer.byteLength(text);
    if (left <= 0) return;
  }
}

async function* readRecords(log: LogFile, query: LogQuery, signal: AbortSignal): AsyncGenerator<string[]> {
  let file = await LineReader.open(log);
  try {
    // Asked before the read: what is appended meanwhile is found by the next one.
    let ended = log.ended;
    const existing = await file.read();
    yield query.tailLines === undefined ? existing : existing.slice(existing.length - query.tailLines);
    while (query.follow && !ended && !signal.aborted) {
      const change = log.changed(signal);
      ended = log.ended;
      const generation = log.generation;
      const records = await file.read();
      if (records.length > 0) yield records;
      if (generation !== file.generation) {
        await file.close();
        file = await LineReader.open(log);
      } else if (records.length === 0) {
        await change;
      }
    }
  } finally {
    await file.close();
  }
}

class LineReader {
  readonly generation: number;
  readonly #handle: FileHandle;
  #position = 0;

  private constructor(handle: FileHandle, generation: number) {
    this.#handle = handle;
    this.generation = generation;
  }

  static async open(log: LogFile): Promise<LineReader> {
    const generation = log.generation;
    return new LineReader(await open(log.path, 'r'), generation);
  }

  /** All complete lines that were written since the last call. */
  async read(): Promise<string[]> {
    const { size } = await this.#handle.stat();
    if (size <= this.#position) return [];
    const buffer = Buffer.alloc(size - this.#position);
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#position);
    const newline = buffer.lastIndexOf(0x0a, bytesRead - 1);
    if (newline < 0) return [];
    this.#position += newline + 1;
    return buffer.toString('utf8', 0, newline).split('\n');
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** One record as the reader wants it: empty when it is too old. */
export function formatRecord(record: string, query: Pick<LogQuery, 'timestamps' | 'since'>): string {
  const firstSpace = record.indexOf(' ');
  const time = record.slice(0, firstSpace);
  if (query.since && new Date(time) < query.since) return '';
  const textStart = record.indexOf(' ', record.indexOf(' ', firstSpace + 1) + 1) + 1;
  const text = record.slice(textStart);
  return query.timestamps ? `${time} ${text}\n` : `${text}\n`;
}
