/**
 * The keys that payloads are encrypted with, from one variable: `id:base64,id:base64`. The first encrypts, all decrypt.
 *
 * 1. No message holds a part of a key: an entry is named by its place, and by its id where it has a good one.
 * 2. What is not understood is refused: payloads never go out unencrypted because of a typing error.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';

export const keysVariable = 'CUTOVER_PAYLOAD_KEYS';

export interface PayloadKey {
  readonly id: string;
  /** 256 bits. */
  readonly secret: KeyObject;
}

/** CUTOVER_PAYLOAD_KEYS is set, but not to keys. */
export class PayloadKeysInvalid extends Error {
  override readonly name = 'PayloadKeysInvalid';

  constructor(what: string) {
    super(`${keysVariable}${what}`);
  }
}

const keyBytes = 32;
const idShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const base64Shape = /^[A-Za-z0-9+/]*={0,2}$/;
const advice = 'make one with `openssl rand -base64 32`';

/** Reads the variable's text; undefined gives no keys. Throws PayloadKeysInvalid, which names the entry. */
export function parsePayloadKeys(text: string | undefined): readonly PayloadKey[] {
  if (text === undefined) return [];
  if (text.trim() === '') throw new PayloadKeysInvalid(' is empty: unset it, or give it a key, such as id1:<base64>');
  const keys = text.split(',').map((entry, index) => readEntry(entry.trim(), index + 1));
  for (const [index, { id }] of keys.entries()) {
    if (keys.findIndex((key) => key.id === id) < index)
      throw new PayloadKeysInvalid(`: entry ${index + 1}: the id "${id}" is used twice`);
  }
  return keys;
}

function readEntry(entry: string, place: number): PayloadKey {
  const colon = entry.indexOf(':');
  if (colon < 0) throw new PayloadKeysInvalid(`: entry ${place} is not of the form id:base64`);
  const id = entry.slice(0, colon);
  if (!idShape.test(id)) {
    const demand = 'has to be 1 to 64 letters, digits, ".", "_" or "-", and begin with a letter or a digit';
    throw new PayloadKeysInvalid(`: entry ${place}: the id before ":" ${demand}`);
  }
  const base64 = entry.slice(colon + 1);
  if (!base64Shape.test(base64)) {
    throw new PayloadKeysInvalid(`: entry ${place} ("${id}"): the key is not base64; ${advice}`);
  }
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== keyBytes) {
    const found = `the key has ${bytes.length} bytes, and ${keyBytes} are needed`;
    throw new PayloadKeysInvalid(`: entry ${place} ("${id}"): ${found}; ${advice}`);
  }
  return { id, secret: createSecretKey(bytes) };
}
