/** What is being fetched or built, and how long still. */
export interface Progress {
  readonly what: string;
  /** 0 to 1; null where it cannot be known. */
  readonly share: number | null;
  readonly elapsedMs: number;
  /** An estimate from the share so far; null before there is one. */
  readonly leftMs: number | null;
}

export type ProgressListener = (progress: Progress) => void;

/** Measures one piece of work from now on. */
export class ProgressMeter {
  readonly #what: string;
  readonly #listener: ProgressListener;
  readonly #startedAt = performance.now();

  constructor(what: string, listener: ProgressListener) {
    this.#what = what;
    this.#listener = listener;
    this.report(null);
  }

  report(share: number | null): void {
    const elapsedMs = performance.now() - this.#startedAt;
    const leftMs = share === null || share < 0.02 ? null : (elapsedMs * (1 - share)) / share;
    this.#listener({ what: this.#what, share, elapsedMs, leftMs });
  }
}

/** Shows progress on a terminal in one line, and elsewhere as a line every ten seconds. */
export function progressPrinter(out: NodeJS.WriteStream): { listener: ProgressListener; done: () => void } {
  let lastPrinted = 0;
  let lastWhat = '';
  return {
    listener: (progress) => {
      const now = performance.now();
      const isNews = progress.what !== lastWhat;
      if (out.isTTY) out.write(`\r\u001B[K${renderProgress(progress)}`);
      else if (isNews || now - lastPrinted > 10_000) out.write(`${renderProgress(progress)}\n`);
      else return;
      lastPrinted = now;
      lastWhat = progress.what;
    },
    done: () => {
      if (out.isTTY && lastWhat !== '') out.write('\r\u001B[K');
      lastWhat = '';
    },
  };
}

export function renderProgress({ what, share, elapsedMs, leftMs }: Progress): string {
  const percent = share === null ? '' : ` ${Math.round(share * 100)} %`;
  const left = leftMs === null ? '' : `, about ${clock(leftMs)} left`;
  return `${what}:${percent} ${clock(elapsedMs)} so far${left}`;
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
