/** What is being fetched or built, and how long still. */
export type Progress = WorkProgress | WayGivenUp;

export interface WorkProgress {
  readonly kind: 'working';
  readonly what: string;
  /** 0 to 1; null where it cannot be known. */
  readonly share: number | null;
  readonly elapsedMs: number;
  /** An estimate from the share so far; null before there is one. */
  readonly leftMs: number | null;
}

/** One way to get something does not work here; the next one is tried. */
export interface WayGivenUp {
  readonly kind: 'given-up';
  readonly way: string;
  readonly reason: string;
}

export type ProgressListener = (progress: Progress) => void;

/** Measures one piece of work from now on. */
export class ProgressMeter {
  readonly #what: string;
  readonly #listener: ProgressListener;
  readonly #startedAt = performance.now();
  #share: number | null = null;

  constructor(what: string, listener: ProgressListener) {
    this.#what = what;
    this.#listener = listener;
    this.#tell();
  }

  /** Told by the next tick; null where the share is not known any more. */
  set share(share: number | null) {
    this.#share = share;
  }

  /** Tells the listener every second for as long as the work takes. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ticking = setInterval(() => this.#tell(), 1_000);
    try {
      return await work;
    } finally {
      clearInterval(ticking);
    }
  }

  #tell(): void {
    const elapsedMs = performance.now() - this.#startedAt;
    const share = this.#share;
    const leftMs = share === null || share < 0.02 ? null : (elapsedMs * (1 - share)) / share;
    this.#listener({ kind: 'working', what: this.#what, share, elapsedMs, leftMs });
  }
}

/** Shows progress on a terminal in one line, and elsewhere as a line every ten seconds. */
export function progressPrinter(out: NodeJS.WriteStream): { listener: ProgressListener; done: () => void } {
  let lastPrinted = 0;
  let lastWhat = '';
  const clear = (): void => {
    if (out.isTTY && lastWhat !== '') out.write('\r\u001B[K');
  };
  return {
    listener: (progress) => {
      if (progress.kind === 'given-up') {
        clear();
        out.write(`${renderProgress(progress)}\n`);
        return;
      }
      const now = performance.now();
      const isNews = progress.what !== lastWhat;
      if (out.isTTY) out.write(`\r\u001B[K${renderProgress(progress).slice(0, out.columns - 1)}`);
      else if (isNews || now - lastPrinted > 10_000) out.write(`${renderProgress(progress)}\n`);
      else return;
      lastPrinted = now;
      lastWhat = progress.what;
    },
    done: () => {
      clear();
      lastWhat = '';
    },
  };
}

export function renderProgress(progress: Progress): string {
  if (progress.kind === 'given-up') return `not by ${progress.way}: ${progress.reason}`;
  const { what, share, elapsedMs, leftMs } = progress;
  const percent = share === null ? '' : ` ${Math.round(share * 100)} %,`;
  const left = leftMs === null ? '' : `, about ${clock(leftMs)} left`;
  return `${what}:${percent} ${clock(elapsedMs)} so far${left}`;
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
