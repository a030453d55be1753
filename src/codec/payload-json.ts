/** Payloads as Temporal's UI and CLI send them to a codec endpoint: JSON whose bytes are base64. */
import type { Payload } from '@temporalio/common';

const mostPayloads = 100_000;

/** The payloads of a request's body; null where it holds something else. */
export function readPayloads(body: string): Payload[] | null {
  const document = parse(body);
  if (!isObject(document) || !Array.isArray(document['payloads'])) return null;
  const payloads: Payload[] = [];
  if (document['payloads'].length > mostPayloads) return null;
  for (const given of document['payloads']) {
    const payload = readPayload(given);
    if (payload === null) return null;
    payloads.push(payload);
  }
  return payloads;
}

export function writePayloads(payloads: readonly Payload[]): string {
  return JSON.stringify({
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, toBase64(value)])),
      data: toBase64(data ?? new Uint8Array()),
    })),
  });
}

function readPayload(given: unknown): Payload | null {
  if (!isObject(given)) return null;
  const { metadata = {}, data = '' } = given;
  if (!isObject(metadata) || typeof data !== 'string') return null;
  const entries: [string, Uint8Array][] = [];
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') return null;
    entries.push([name, Buffer.from(value, 'base64')]);
  }
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data, 'base64') };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
