/** How a program of this project begins: it runs, explains itself, or says what is wrong with its command line. */

export type ParsedCommand<Options> =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  /** Names the option. */
  | { readonly kind: 'mistake'; readonly message: string };

/** Gives the exit code: that of `run`, or 2 for wrong usage. */
export async function runCommand<Options>(
  parsed: ParsedCommand<Options>,
  usage: string,
  run: (options: Options) => Promise<number>,
): Promise<number> {
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(`${usage}\n`);
      return 0;
    case 'mistake':
      process.stderr.write(`${parsed.message}\n\n${usage}\n`);
      return 2;
    case 'run':
      return run(parsed.options);
  }
}
