import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AttachedCommand, ContainerExit, ContainerRuntime, Launch } from './container-runtime.ts';

/** The subprotocol of `kubectl exec`: the first byte of each message is its channel. */
const PROTOCOL = 'v5.channel.k8s.io';
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;
const NORMAL_CLOSURE = 1000;
const PAUSE_AT_BYTES = 1024 * 1024;

/** Answers `kubectl exec` over a WebSocket. There is no terminal: with `-t` the command still sees pipes. */
export class ExecEndpoint {
  readonly #server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  readonly #runtime: ContainerRuntime;

  constructor(runtime: ContainerRuntime) {
    this.#runtime = runtime;
  }

  /** Runs the command of the URL's parameters beside the container that was launched like this. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, launch: Launch): void {
    const parameters = new URL(request.url ?? '/', 'https://kubelet').searchParams;
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const command = this.#runtime.attach({ ...launch, argv: parameters.getAll('command') });
      if ('startError' in command) return finish(client, { exitCode: 128, startError: command.startError });
      connect(client, command, parameters.get('input') === '1');
    });
  }
}

function connect(client: WebSocket, command: AttachedCommand, interactive: boolean): void {
  send(client, CHANNEL.stdout, command.stdout);
  send(client, CHANNEL.stderr, command.stderr);
  if (!interactive) command.stdin.end();
  // A command need not read what it is sent.
  command.stdin.on('error', () => undefined);
  client.on('message', (data: Buffer) => {
    if (data[0] === CHANNEL.stdin) command.stdin.write(data.subarray(1));
    if (data[0] === CHANNEL.close && data[1] === CHANNEL.stdin) command.stdin.end();
  });
  client.on('error', () => command.kill());
  client.on('close', () => command.kill());
  void command.ended.then((exit) => finish(client, exit));
}

function send(client: WebSocket, channel: number, source: Readable): void {
  source.on('data', (chunk: Buffer) => {
    if (client.bufferedAmount > PAUSE_AT_BYTES) source.pause();
    client.send(Buffer.concat([Buffer.from([channel]), chunk]), () => source.resume());
  });
}

function finish(client: WebSocket, exit: ContainerExit): void {
  const status = JSON.stringify(exitStatus(exit));
  client.send(Buffer.concat([Buffer.from([CHANNEL.error]), Buffer.from(status)]), () => client.close(NORMAL_CLOSURE));
}

/** The v1.Status with which an exec ends. */
function exitStatus({ exitCode, startError }: ContainerExit): object {
  if (startError !== undefined) return { status: 'Failure', message: startError, reason: 'InternalError', code: 500 };
  if (exitCode === 0) return { status: 'Success' };
  return {
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}
