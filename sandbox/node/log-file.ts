import { EventEmitter, once } from 'node:events';
import { open, rename, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const ROTATE_AT_BYTES = 10 * 1024 * 1024;
const PAUSE_AT_BYTES = 1024 * 1024;

/**
 * What one run of a container has written, a line a record in the format of container runtimes:
 * `2026-01-02T03:04:05.678Z stdout F text`. At 10 MiB the file is moved to `<path>.1` and begun anew.
 */
export class LogFile {
  readonly path: string;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #handle: FileHandle;
  #pending: string[] = [];
  #pendingBytes = 0;
  #fileBytes = 0;
  #flushing: Promise<void> | undefined;
  #sources = 0;
  #generation = 0;
  #closing = false;
  #ended = false;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Creates the file, empty. */
  static async create(path: string): Promise<LogFile> {
    return new LogFile(path, await open(path, 'w', 0o600));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Counts the files begun: a reader whose number differs has to open the file again. */
  get generation(): number {
    return this.#generation;
  }

  /** Records everything that a process writes to this stream. */
  attach(source: Readable, name: 'stdout' | 'stderr'): void {
    this.#sources += 1;
    let partial = '';
    source.setEncoding('utf8');
    source.on('data', (chunk: string) => {
      const lines = (partial + chunk).split('\n');
      partial = lines.pop() ?? '';
      this.#append(lines, name);
      if (this.#pendingBytes > PAUSE_AT_BYTES && this.#flushing) {
        source.pause();
        void this.#flushing.then(() => source.resume());
      }
    });
    source.once('close', () => {
      if (partial !== '') this.#append([partial], name);
      this.#sources -= 1;
      if (this.#sources === 0) void this.end();
    });
    // A broken pipe ends with 'close' as well; what was read until then is kept.
    source.on('error', () => undefined);
  }

  /** Writes what is left and closes the file. */
  async end(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#flushing;
    await this.#handle.close();
    this.#ended = true;
    this.#changes.emit('change');
  }

  /** Resolves when more has been written, or the log has ended, or the signal aborts. */
  async changed(signal: AbortSignal): Promise<void> {
    if (this.#ended || signal.aborted) return;
    await once(this.#changes, 'change', { signal }).catch(() => undefined);
  }

  #append(lines: readonly string[], name: string): void {
    if (lines.length === 0 || this.#closing) return;
    const time = new Date().toISOString();
    for (const line of lines) {
      const record = `${time} ${name} F ${line}\n`;
      this.#pending.push(record);
      this.#pendingBytes += record.length;
    }
    this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const text = this.#pending.join('');
        this.#pending = [];
        this.#pendingBytes = 0;
        await this.#handle.appendFile(text);
        this.#fileBytes += Buffer.byteLength(text);
        if (this.#fileBytes > ROTATE_AT_BYTES) await this.#rotate();
        this.#changes.emit('change');
      }
    } catch {
      // A full disk must not take the pod down with it: these lines are lost, as they are in a kubelet.
      this.#pending = [];
    } finally {
      this.#flushing = undefined;
    }
  }

  async #rotate(): Promise<void> {
    await this.#handle.close();
    await rename(this.path, `${this.path}.1`);
    this.#handle = await open(this.path, 'w', 0o600);
    this.#fileBytes = 0;
    this.#generation += 1;
  }
}
