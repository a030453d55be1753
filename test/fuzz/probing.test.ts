/** Applications that answer anything at all, byte by byte: each request ends in time, with a small answer or an error. */
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { contains, disappointment } from '../../src/evidence/expectation.ts';
import { AccessError, type HttpAnswer } from '../../src/kubernetes/access/index.ts';
import { createDirectTransport } from '../../src/kubernetes/access/direct.ts';
import { serveTcp } from '../kubernetes/access/servers.ts';
import { text } from './documents.ts';

const transport = createDirectTransport({ find: () => Promise.reject(new Error('no Service was asked for')) }, null);
afterAll(() => transport.close());

const timeoutMs = 150;
const maxBodyBytes = 10_000;
/** Beyond the timeout, on a machine that is busy with other tests. */
const graceMs = 700;

const ok = 'HTTP/1.1 200 OK\r\n';
const bomb = gzipSync(Buffer.alloc(20_000_000));

/** What an application may say next. */
const part = fc.oneof(
  fc.constantFrom(
    ok,
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
    'HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'HTTP/1.1 204 No Content\r\ncontent-length: 7\r\n\r\n',
    'HTTP/1.1 999 What\r\n',
    'HTTP/9.9 200 OK\r\n\r\n',
    'content-length: 3\r\n',
    'content-length: -1\r\n',
    'content-length: 99999999999999999999\r\n',
    'transfer-encoding: chunked\r\n',
    'content-encoding: gzip\r\n',
    '\r\n',
    '\r\n\r\n',
    '5\r\nhello\r\n',
    'ffffffffffffffff\r\n',
    'zz\r\n',
    '0\r\n\r\n',
    '0\r\nx: y\r\n',
  ),
  text,
  fc.constantFrom(
    bomb,
    Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
    Buffer.from('['.repeat(100_000)),
    Buffer.alloc(300_000, 'x: y\r\n'),
  ),
);
const ending = fc.constantFrom('end', 'reset', 'silence', 'drip', 'flood', 'hints');

interface Script {
  readonly parts: readonly (string | Buffer)[];
  readonly ending: string;
}

function perform(socket: Socket, { parts, ending: last }: Script): void {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    for (const said of parts) socket.write(said);
    if (last === 'end') socket.end();
    else if (last === 'reset') socket.resetAndDestroy();
    else if (last === 'drip') repeat(socket, 'x', 10);
    else if (last === 'flood') repeat(socket, Buffer.alloc(65_536, 'x'), 0);
    else if (last === 'hints') repeat(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(100), 0);
  });
}

/** Says the same until the other side is gone. */
function repeat(socket: Socket, said: string | Buffer, everyMs: number): void {
  const again = (): void => {
    if (socket.destroyed) return;
    if (socket.write(said)) setTimeout(again, everyMs);
    else socket.once('drain', again);
  };
  again();
}

/** What comes of asking it, and after how long. */
async function ask(script: Script): Promise<{ outcome: HttpAnswer | AccessError; tookMs: number }> {
  const pod = await serveTcp((socket) => perform(socket, script));
  const startedAt = performance.now();
  const request = transport.request(pod, { path: '/' }, { timeoutMs, maxBodyBytes, freshConnection: true });
  const outcome = await request.catch((error: unknown) => {
    if (error instanceof AccessError) return error;
    throw error;
  });
  return { outcome, tookMs: performance.now() - startedAt };
}

const expectation = { status: 200, within: '1s', json: { a: [1, { b: 2 }] }, text: 'x' } as const;

function expectBounded({ outcome, tookMs }: Awaited<ReturnType<typeof ask>>): void {
  expect(tookMs).toBeLessThan(timeoutMs + graceMs);
  const size = outcome instanceof AccessError ? outcome.message.length : JSON.stringify(outcome.headers).length;
  expect(size).toBeLessThan(outcome instanceof AccessError ? 700 : 40_000);
  const body = outcome instanceof AccessError ? '' : outcome.body;
  // An unreadable byte becomes one character.
  expect(body.length).toBeLessThanOrEqual(maxBodyBytes);
  const said =
    outcome instanceof AccessError ? '' : (disappointment({ ...expectation, json: expectation.json }, outcome) ?? '');
  expect(said.length).toBeLessThan(700);
}

describe('an application that answers anything', () => {
  it('is done with in time, in little memory', async () => {
    const before = process.memoryUsage().rss;
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), ending, async (parts, last) => {
        expectBounded(await ask({ parts: [ok, ...parts], ending: last }));
        expectBounded(await ask({ parts, ending: last }));
      }),
      { numRuns: 40 },
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  it.each([
    ['a body without end', [ok, '\r\n'], 'flood', { truncated: true }],
    ['a body that drips', [ok, '\r\n'], 'drip', { kind: 'timeout' }],
    ['fewer bytes than it said', [ok, 'content-length: 100\r\n\r\nx'], 'end', { kind: 'reset' }],
    ['a chunk without end', [ok, 'transfer-encoding: chunked\r\n\r\nffffffff\r\n'], 'flood', { truncated: true }],
    ['a chunk of no size', [ok, 'transfer-encoding: chunked\r\n\r\nzz\r\n'], 'silence', { kind: 'reset' }],
    ['interim answers without end', [], 'hints', { kind: 'timeout' }],
    [
      'a redirect to itself',
      ['HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'],
      'silence',
      { status: 302 },
    ],
    ['headers of a megabyte', [ok, `x: ${'y'.repeat(1_000_000)}\r\n\r\n`], 'silence', { kind: 'protocol' }],
    ['many headers', [ok, 'x: y\r\n'.repeat(200_000), '\r\n'], 'silence', { kind: 'protocol' }],
    [
      'a gzip bomb',
      [ok, `content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`, bomb],
      'end',
      { truncated: true },
    ],
    ['no UTF-8', [ok, 'content-length: 2\r\n\r\n', Buffer.from([0xff, 0xfe])], 'end', { body: '\ufffd\ufffd' }],
  ] as const)('with %s is done with in time', async (_, parts, last, expected) => {
    const asked = await ask({ parts, ending: last });
    expectBounded(asked);
    expect(asked.outcome).toMatchObject(expected);
  });
});

describe('JSON of any shape', () => {
  it('is compared with what is expected, however deep it is', () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    const objects = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    for (const body of [deep, objects]) {
      const answer = { status: 200, headers: {}, body, truncated: false, durationMs: 1 };
      expect(disappointment({ status: 200, within: '1s', json: { a: [1] } }, answer)).toMatch(/^the (JSON|answer)/);
    }
  });

  it('contains itself, and is not taken for what it inherits', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => contains(value, value)));
    expect(contains(JSON.parse('{}'), JSON.parse('{"constructor": {}, "__proto__": {}}'))).toBe(false);
  });
});
