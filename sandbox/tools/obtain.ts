/** Each binary of the sandbox: from the environment, the user's cache, PATH, or fetched or built and then cached. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { BinaryCache } from './cache.ts';
import { kubernetes } from './kubernetes.ts';
import { withLock } from './lock.ts';
import { ProgressMeter, type ProgressListener } from './progress.ts';
import { temporal, temporalTestServer } from './temporal.ts';
import type { MakeContext, Tool } from './tool.ts';

export const tools = { temporal, 'temporal-test-server': temporalTestServer, kubernetes } as const;

export type ToolName = keyof typeof tools;

export interface ObtainOptions {
  /** Ends what is being fetched or built. */
  readonly signal?: AbortSignal;
  /** In place of the tool of that name. */
  readonly tool?: Tool;
  readonly cache?: BinaryCache;
}

/** The path of a tool, fetching or building it where that is needed. Rejects with what the user can do about it. */
export async function obtain(
  name: ToolName,
  onProgress: ProgressListener,
  { signal, tool = tools[name], cache = new BinaryCache() }: ObtainOptions = {},
): Promise<string> {
  const named = process.env[tool.variable];
  if (named !== undefined && named !== '') return executable(named, tool.variable);
  const key = await tool.key();
  const present = (await cache.find(key)) ?? (await tool.installed(cache.directory));
  if (present !== null) return present;
  const make = async (): Promise<string> =>
    (await cache.find(key)) ?? makeOneWay(name, tool, (way) => cache.keep(key, way), { onProgress, signal });
  return withLock(join(cache.directory, `${key}.lock`), make, {
    signal,
    whileWaiting: (holder, released) => {
      const what = `waiting for process ${holder}, which is obtaining ${name}`;
      return new ProgressMeter(what, onProgress).during(released);
    },
  });
}

type Make = (target: string, scratch: string) => Promise<void>;

async function makeOneWay(
  name: ToolName,
  tool: Tool,
  keep: (make: Make) => Promise<string>,
  context: Omit<MakeContext, 'scratch'>,
): Promise<string> {
  const reasons: string[] = [];
  for (const way of tool.ways) {
    context.signal?.throwIfAborted();
    try {
      return await keep((target, scratch) => way.make(target, { ...context, scratch }));
    } catch (error) {
      context.signal?.throwIfAborted();
      const reason = inOneLine(error instanceof Error ? error.message : String(error));
      context.onProgress({ kind: 'given-up', way: way.name, reason });
      reasons.push(`${way.name}: ${reason}`);
    }
  }
  throw new Error(
    `could not obtain ${name}. Not by ${reasons.join('; not by ')}. ` +
      `To go on, ${tool.advice}, or name a binary in ${tool.variable}.`,
  );
}

/** What a tool prints when it fails can be a page; its beginning names the cause. */
function inOneLine(reason: string): string {
  const line = reason.replaceAll(/\s+/g, ' ');
  return line.length <= 300 ? line : `${line.slice(0, 299)}…`;
}

async function executable(path: string, variable: string): Promise<string> {
  try {
    await access(path, constants.X_OK);
    return path;
  } catch {
    throw new Error(`${variable} names ${path}, which is not an executable file`);
  }
}
