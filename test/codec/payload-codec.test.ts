import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { EncryptingCodec } from '../../src/codec/payload-codec.ts';

const base64 = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const codec = (...entries: string[]) =>
  EncryptingCodec.of(entries.length === 0 ? {} : { CUTOVER_PAYLOAD_KEYS: entries.join(',') });
const old = `k1:${base64(1)}`;
const next = `k2:${base64(2)}`;

const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const canary = 'canary-91c2';
const raw = (payloads: Payload[]): string =>
  payloads
    .flatMap(({ metadata, data }) => [...Object.values(metadata ?? {}), data ?? new Uint8Array()])
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .join('\n');

describe('the payload codec', () => {
  it('gives back what it encrypted, of any content, and shows none of it in between', async () => {
    const both = codec(next, old);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2_000 })), fc.string(), async (datas, name) => {
        const given = datas.map((data) => ({ metadata: { [name]: Buffer.from(canary) }, data }));
        const sealed = await both.encode(given);
        expect(raw(sealed)).not.toContain(canary);
        const opened = await both.decode(sealed);
        expect(opened.map(({ data }) => Buffer.from(data ?? []))).toEqual(datas.map((data) => Buffer.from(data)));
        for (const { metadata } of opened)
          expect(Object.entries(metadata ?? {})).toEqual([[name, Buffer.from(canary)]]);
      }),
      { numRuns: 100 },
    );
  });

  it('never gives the same bytes twice', async () => {
    const [first, second] = await codec(old).encode([payload(canary), payload(canary)]);
    expect(Buffer.from(first?.data ?? [])).not.toEqual(Buffer.from(second?.data ?? []));
  });

  it('leaves everything as it is without keys', async () => {
    const given = [payload({ a: 1 }), payload(undefined)];
    expect(await codec().encode(given)).toEqual(given);
    expect(await codec().decode(given)).toEqual(given);
    expect(codec().encrypts).toBe(false);
  });

  it('reads what was never encrypted, with keys too', async () => {
    const given = [payload(canary)];
    expect(await codec(old).decode(given)).toEqual(given);
  });

  it('decrypts with every key that it has, and encrypts with the first', async () => {
    const before = await codec(old).encode([payload(canary)]);
    expect(await codec(next, old).decode(before)).toEqual([payload(canary)].map(buffers));
    const after = await codec(next, old).encode([payload(canary)]);
    await expect(codec(old).decode(after)).rejects.toThrow('the key "k2"');
  });

  it.each([
    ['no key', [], 'a payload is encrypted with the key "k1", and CUTOVER_PAYLOAD_KEYS is not set'],
    ['other keys', [next], 'encrypted with the key "k1", which CUTOVER_PAYLOAD_KEYS does not have (it has "k2")'],
    ['another key of that id', [`k1:${base64(3)}`], 'the key "k1", but not with the one that CUTOVER_PAYLOAD_KEYS has'],
  ])('with %s says which key is missing, and where', async (_, keys, message) => {
    const sealed = await codec(old).encode([payload(canary)]);
    await expect(codec(...keys).decode(sealed)).rejects.toThrow(message);
  });

  it('takes no payload that was changed, cut, or given the name of another key', async () => {
    const [sealed = {}] = await codec(old).encode([payload(canary)]);
    const data = Buffer.from(sealed.data ?? []);
    const same = codec(old, `k9:${base64(1)}`);
    const renamed = { ...sealed, metadata: { ...sealed.metadata, 'encryption-key-id': Buffer.from('k9') } };
    await expect(same.decode([renamed])).rejects.toThrow('"k9"');
    await fc.assert(
      fc.asyncProperty(fc.nat(data.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(data);
        changed.writeUInt8(changed.readUInt8(at) ^ change, at);
        await expect(same.decode([{ ...sealed, data: changed }])).rejects.toThrow('or it was changed');
        await expect(same.decode([{ ...sealed, data: data.subarray(0, at) }])).rejects.toThrow('or it was changed');
      }),
    );
  });

  it('does not show its keys to those who print it', () => {
    expect(inspect(codec(old), { depth: 10, showHidden: true })).not.toContain(base64(1));
    expect(JSON.stringify(codec(old))).toBe('{}');
  });
});

describe('keys that are not as they have to be', () => {
  const secret = 'c2VjcmV0LWNhbmFyeQ==';
  it.each([
    ['', ' is empty'],
    [secret, ': entry 1 is not of the form id:base64'],
    [`${old},`, ': entry 2 is not of the form'],
    [`${old},k2:${secret}`, ': entry 2 ("k2"): the key has 13 bytes, and 32 are needed'],
    [`k1:${base64(1).replace('A', '*')}`, ': entry 1 ("k1"): the key is not base64'],
    [`:${base64(1)}`, ': entry 1: the id before ":" has to be'],
    [`a b:${base64(1)}`, ': entry 1: the id before ":" has to be'],
    [`${old},${old}`, ': entry 2: the id "k1" is used twice'],
  ])('are refused by the place of the entry: %s', (text, message) => {
    let said = '';
    try {
      EncryptingCodec.of({ CUTOVER_PAYLOAD_KEYS: text });
    } catch (error) {
      said = (error as Error).message;
    }
    expect(said).toContain(`CUTOVER_PAYLOAD_KEYS${message}`);
    expect(said).not.toContain(secret);
    expect(said).not.toContain(base64(1));
  });
});

function buffers({ metadata, data }: Payload): Payload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value)] as const);
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data ?? []) };
}
