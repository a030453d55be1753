import { once } from 'node:events';
import { isIP } from 'node:net';
import { InvalidArgumentError, type Command } from 'commander';
import { EncryptingCodec } from '../../codec/payload-codec.ts';
import { serveCodec, type Endpoint, type EndpointOptions } from '../../codec/endpoint.ts';
import { keysVariable } from '../../codec/payload-keys.ts';
import type { CommandContext, CommonOptions, Execute } from '../context.ts';
import { UsageError } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit-code.ts';
import { withJson } from '../options.ts';

interface CodecServerOptions extends CommonOptions {
  readonly host: string;
  readonly port: number;
  readonly uiOrigin: readonly string[];
}

const tokenVariable = 'CUTOVER_CODEC_TOKEN';

export function registerCodecServer(program: Command, execute: Execute): void {
  const command = program
    .command('codec-server')
    .description(`decrypt payloads for Temporal's UI and CLI, with the keys of ${keysVariable}`)
    .option(
      '--host <address>',
      `the address to listen on; any but this machine's own needs ${tokenVariable}`,
      '127.0.0.1',
    )
    .option('--port <number>', 'the port; 0 takes one that is free', parsePort, 8081)
    .option('--ui-origin <origin...>', "where Temporal's UI is opened, such as http://localhost:8233", [])
    .addHelpText('after', `\nWhere ${tokenVariable} is set, requests have to bring it as "Authorization: Bearer …".`);
  withJson(command).action((options: CodecServerOptions) =>
    execute(options, (context) => codecServer(context, options)),
  );
}

async function codecServer(context: CommandContext, options: CodecServerOptions): Promise<ExitCode> {
  const { env, interruptible } = context.terminal;
  const { host, port } = options;
  const codec = EncryptingCodec.of(env);
  if (!codec.encrypts) throw new UsageError(`${keysVariable} is not set: set it as it is set for the worker`);
  const token = env[tokenVariable] ?? null;
  if (token === '') throw new UsageError(`${tokenVariable} is empty: unset it, or give it a token`);
  if (token === null && !isLoopback(host)) {
    throw new UsageError(`--host ${host}: others could have everything decrypted there; set ${tokenVariable}`);
  }
  const endpoint = await serve({ codec, host, port, origins: options.uiOrigin.map(originOf), token });
  const { signal, release } = interruptible();
  try {
    context.answer({ ready: true, url: endpoint.url }, `decrypting at ${endpoint.url} (/decode, /encode)`);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    release();
    await endpoint.close();
  }
  return exitCodes.done;
}

async function serve(options: EndpointOptions): Promise<Endpoint> {
  try {
    return await serveCodec(options);
  } catch (error) {
    const { host, port } = options;
    throw new Error(`cannot listen on ${host}:${port}: ${(error as Error).message}`, { cause: error });
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // The origin of anything but a page of the web is the text "null", which every sandboxed page has too.
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--ui-origin ${text}: has to be such as http://localhost:8233`);
  }
  return url.origin;
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (port > 65_535) throw new InvalidArgumentError('It has to be a number from 0 to 65535.');
  return port;
}
