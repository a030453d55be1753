/** `npm run sandbox`. Exit codes: 0 stopped as asked, 1 it could not start or broke, 2 wrong usage. */
import { parseCommandLine, usage, type CommandLine } from './options.ts';
import { startSandbox, type SandboxInfo } from './sandbox.ts';
import { progressPrinter } from './tools/progress.ts';

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseCommandLine(argv);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(`${usage}\n`);
      return 0;
    case 'mistake':
      process.stderr.write(`${parsed.message}\n\n${usage}\n`);
      return 2;
    case 'run':
      return runSandbox(parsed.options);
  }
}

async function runSandbox(options: CommandLine): Promise<number> {
  const stop = stopRequest(options.json);
  const printer = progressPrinter(process.stderr);
  const broken: string[] = [];
  try {
    const sandbox = await startSandbox(options, {
      onProgress: printer.listener,
      log: (line) => {
        if (options.verbose) process.stderr.write(`${line}\n`);
      },
      onBroken: (program) => {
        broken.push(program);
        process.stderr.write(`${program} ended by itself\n`);
      },
    });
    printer.done();
    process.stdout.write(options.json ? `${JSON.stringify(sandbox.info)}\n` : describe(sandbox.info));
    await stop;
    if (!options.json) process.stdout.write('stopping …\n');
    await sandbox.stop();
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    printer.done();
    process.stderr.write(`the sandbox did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Settles when somebody asks the sandbox to stop; a second Ctrl-C changes nothing, since stopping is bounded. */
function stopRequest(endsWithInput: boolean): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    if (!endsWithInput) return;
    process.stdin.once('close', () => resolve());
    process.stdin.resume();
  });
}

function describe(info: SandboxInfo): string {
  return `
The sandbox is up. In another terminal:

  export KUBECONFIG=${info.kubeconfig}
  export TEMPORAL_ADDRESS=${info.temporalAddress}
  export CUTOVER_CLUSTER_PROXY=${info.clusterProxy}

  Temporal UI   ${info.uiAddress}
  kubectl       ${info.kubectl}
  logs          ${info.runDirectory}

Ctrl-C stops it and removes everything.
`;
}

process.exitCode = await main(process.argv.slice(2));
process.stdin.pause();
