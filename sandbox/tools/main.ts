/** `npm run tools`: obtains every binary of the sandbox and prints where they are. */
import { obtain, tools, type ToolName } from './obtain.ts';
import { progressPrinter } from './progress.ts';

const isJson = process.argv.includes('--json');
const printer = progressPrinter(process.stderr);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new Error(`ended by ${signal}: the next run goes on with what is there`)));
}
try {
  const paths: Partial<Record<ToolName, string>> = {};
  for (const name of Object.keys(tools) as ToolName[])
    paths[name] = await obtain(name, printer.listener, { signal: stop.signal });
  printer.done();
  process.stdout.write(
    isJson
      ? `${JSON.stringify(paths)}\n`
      : Object.entries(paths)
          .map(([name, path]) => `${name}\t${path}\n`)
          .join(''),
  );
} catch (error) {
  printer.done();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
