/** A payload as one string of bytes: the length of its metadata, its metadata as JSON, its data. */
import type { Payload } from '@temporalio/common';

const lengthBytes = 4;

export function frame({ metadata, data }: Payload): Buffer {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const head = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, data ?? Buffer.alloc(0)]);
}

/** The payload of a frame. Throws where the bytes are none. */
export function unframe(bytes: Buffer): Payload {
  const end = lengthBytes + bytes.readUInt32BE(0);
  const head = JSON.parse(bytes.toString('utf8', lengthBytes, end)) as Record<string, string>;
  const metadata = Object.fromEntries(
    Object.entries(head).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const),
  );
  return { metadata, data: bytes.subarray(end) };
}
