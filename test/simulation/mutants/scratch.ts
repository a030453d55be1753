/** A copy of the tree, in which mutants are built: the tree itself is never touched. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Mutant } from './mutants.ts';

/** What a mutant was caught by: the number of the invariant, and how many sequences it took. */
export type Judgement =
  | { readonly caught: true; readonly by: string; readonly after: number; readonly message: string }
  | { readonly caught: false };

const leftOut: ReadonlySet<string> = new Set(['node_modules', '.git', 'coverage']);

/** Throws unless the text that is to be replaced is there exactly once. */
export function mutated(source: string, { file, name, replace, by }: Mutant): string {
  const parts = source.split(replace);
  if (parts.length === 2) return parts.join(by);
  throw new Error(`${file} has the text of the mutant "${name}" ${parts.length - 1} times instead of once: ${replace}`);
}

export class Scratch {
  readonly #root: string;

  /** Copies the tree at `root` as it was built. */
  constructor(root: string) {
    this.#root = mkdtempSync(join(tmpdir(), 'cutover-mutants-'));
    cpSync(root, this.#root, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
    symlinkSync(join(root, 'node_modules'), join(this.#root, 'node_modules'));
  }

  /** Builds with the mutant, simulates until a violation, and takes the mutant out again. */
  async judge(mutant: Mutant, runs: number): Promise<Judgement> {
    const file = join(this.#root, mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, mutated(source, mutant));
    try {
      await this.#build();
      return await this.#simulate(runs);
    } finally {
      writeFileSync(file, source);
    }
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** Without checks of types: a mutant may leave something unused. */
  async #build(): Promise<void> {
    await this.#run(join(this.#root, 'node_modules/.bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck');
    await this.#run(process.execPath, 'dist/scripts/bundle-workflows.js');
  }

  async #simulate(runs: number): Promise<Judgement> {
    const said = await this.#run(process.execPath, 'dist/test/simulation/mutants/judge.js', String(runs));
    return JSON.parse(said) as Judgement;
  }

  /** Gives what it printed; rejects where it fails. */
  async #run(command: string, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(command, args, { cwd: this.#root });
    return stdout;
  }
}
