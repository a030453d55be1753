/** `npm run sandbox`. Exit codes: 0 stopped as asked, 1 it could not start or broke, 2 wrong usage. */
import { createInterface } from 'node:readline';
import { runCommand } from './command-line.ts';
import { obey } from './control.ts';
import { parseCommandLine, usage, type CommandLine } from './options.ts';
import { startSandbox, type Sandbox, type SandboxInfo } from './sandbox.ts';
import { progressPrinter } from './tools/progress.ts';

/** After that long the process ends as it is, and the guardian kills what is left. */
const stopWithinMs = 9_000;

async function runSandbox(options: CommandLine): Promise<number> {
  const stop = stopRequest(options.json);
  const printer = progressPrinter(process.stderr);
  let broken = false;
  try {
    const sandbox = await startSandbox(
      options,
      {
        onProgress: printer.listener,
        log: (line) => {
          if (options.verbose) process.stderr.write(`${line}\n`);
        },
        onBroken: (program, end) => {
          broken = true;
          process.stderr.write(`${program} is gone: ${end}. Stop the sandbox and start it again.\n`);
        },
      },
      stop,
    );
    printer.done();
    if (options.json) answerPrograms(sandbox);
    else process.stdout.write(describe(sandbox.info));
    await aborted(stop);
    if (!options.json) process.stdout.write('stopping …\n');
    await sandbox.stop();
    return broken ? 1 : 0;
  } catch (error) {
    printer.done();
    if (stop.aborted) return 0;
    process.stderr.write(`the sandbox did not start: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Aborts when somebody asks the sandbox to stop; a second Ctrl-C changes nothing, since stopping is bounded. */
function stopRequest(endsWithInput: boolean): AbortSignal {
  const stop = new AbortController();
  const request = (): void => {
    if (stop.signal.aborted) return;
    stop.abort(new Error('the sandbox was told to stop'));
    setTimeout(() => {
      process.stderr.write('stopping takes too long: the rest is killed\n');
      process.exit(1);
    }, stopWithinMs).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request);
  if (endsWithInput) process.stdin.once('close', request).resume();
  return stop.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function answerPrograms(sandbox: Sandbox): void {
  printJson(sandbox.info);
  let last = Promise.resolve();
  createInterface({ input: process.stdin }).on('line', (line) => {
    last = last.then(async () => printJson(await obey(sandbox, line)));
  });
}

function printJson(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

function describe(info: SandboxInfo): string {
  return `
The sandbox is up. In another terminal:

  export KUBECONFIG=${info.kubeconfig}
  export TEMPORAL_ADDRESS=${info.temporalAddress}
  export CUTOVER_CLUSTER_PROXY=${info.clusterProxy}
  export PATH=${info.commands}:$PATH

  Temporal UI   ${info.uiAddress}
  kubectl       ${info.kubectl}
  temporal      ${info.temporal}
  logs          ${info.runDirectory}/*.log

Ctrl-C stops it and removes everything.
`;
}

// Everything is over by then. Left to end by itself, Node 20 may spin for ever: while it cleans up it waits for writes that
// a connection of the kubelet's, TLS over a tunnel, never finishes.
process.exit(await runCommand(parseCommandLine(process.argv.slice(2)), usage, runSandbox));
