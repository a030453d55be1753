/** Starts `npm run sandbox` as a process of its own, for the demo and the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { defaultOptions, toArguments, type SandboxOptions } from './options.ts';
import type { SandboxInfo } from './sandbox.ts';

export interface LaunchedSandbox {
  readonly info: SandboxInfo;
  /** Ends everything; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface LaunchOptions extends Partial<SandboxOptions> {
  /** Told what is fetched or built, as text to show. */
  readonly onProgress?: (text: string) => void;
}

/** Resolves once the sandbox is up; rejects with what it said when it does not come up. */
export async function launchSandbox({ onProgress, ...options }: LaunchOptions = {}): Promise<LaunchedSandbox> {
  const built = import.meta.url.endsWith('.ts') ? '../dist/sandbox/main.js' : './main.js';
  const path = fileURLToPath(new URL(built, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build`);
  const args = [path, '--json', ...toArguments({ ...defaultOptions, ...options })];
  // Ctrl-C is for the launcher: it ends the sandbox when it is done with it.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
    onProgress?.(text);
  });
  const ended = once(child, 'close');
  const firstLine = once(createInterface({ input: child.stdout }), 'line');
  const failed = ended.then(() => {
    throw new Error(said.trim() === '' ? 'the sandbox ended before it was up' : said.trim());
  });
  const [line] = (await Promise.race([firstLine, failed])) as [string];
  failed.catch(() => undefined);
  return {
    info: JSON.parse(line) as SandboxInfo,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
