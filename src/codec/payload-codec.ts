/**
 * Encrypts what goes to Temporal, and decrypts what comes from there: AES-256-GCM.
 *
 * 1. Without keys nothing is encrypted, and what was encrypted by others is one clear error.
 * 2. What is not encrypted is read as it is, so that a deployment that began without keys goes on with them.
 * 3. A payload names its key, and is bound to that name: any key that is still given decrypts.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { frame, unframe } from './frame.ts';
import { keysVariable, parsePayloadKeys, type PayloadKey } from './payload-keys.ts';

/** A payload is encrypted, and cannot be decrypted with the keys that are given. */
export class PayloadUnreadable extends Error {
  override readonly name = 'PayloadUnreadable';
}

const cipherName = 'aes-256-gcm';
/** As Temporal's own examples name it, and its UI knows it. */
const encryptedEncoding = 'binary/encrypted';
const metadataNames = { encoding: 'encoding', cipher: 'encryption-cipher', keyId: 'encryption-key-id' } as const;
const nonceBytes = 12;
const tagBytes = 16;

export class EncryptingCodec implements PayloadCodec {
  readonly #keys: readonly PayloadKey[];

  /** The first key encrypts, all decrypt; without keys nothing is encrypted. */
  constructor(keys: readonly PayloadKey[]) {
    this.#keys = keys;
  }

  /** The codec by the environment. Throws PayloadKeysInvalid. */
  static of(env: Readonly<Record<string, string | undefined>>): EncryptingCodec {
    return new EncryptingCodec(parsePayloadKeys(env[keysVariable]));
  }

  get encrypts(): boolean {
    return this.#keys.length > 0;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    const [key] = this.#keys;
    return Promise.resolve(key === undefined ? payloads : payloads.map((payload) => encrypt(payload, key)));
  }

  /** Rejects with PayloadUnreadable, which names the key and the variable. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload));
  }

  #decrypt(payload: Payload): Payload {
    const id = textOf(payload, metadataNames.keyId) ?? '';
    const named = `the key "${id.replaceAll(/[^A-Za-z0-9._-]/g, '?').slice(0, 64)}"`;
    const key = this.#keys.find((known) => known.id === id);
    if (key === undefined) throw new PayloadUnreadable(`a payload is encrypted with ${named}, ${this.#whyMissing()}`);
    try {
      return decrypt(payload, key);
    } catch (error) {
      throw new PayloadUnreadable(
        `a payload is encrypted with ${named}, but not with the one that ${keysVariable} has under this id, or it was ` +
          'changed since: give the key that the worker encrypted it with',
        { cause: error },
      );
    }
  }

  #whyMissing(): string {
    if (!this.encrypts) return `and ${keysVariable} is not set: set it as it is set for the worker`;
    const ids = this.#keys.map(({ id }) => `"${id}"`).join(', ');
    return `which ${keysVariable} does not have (it has ${ids}): add it there, after the first`;
  }
}

function encrypt(payload: Payload, { id, secret }: PayloadKey): Payload {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, secret, nonce).setAAD(Buffer.from(id));
  const data = Buffer.concat([nonce, cipher.update(frame(payload)), cipher.final(), cipher.getAuthTag()]);
  const metadata = {
    [metadataNames.encoding]: Buffer.from(encryptedEncoding),
    [metadataNames.cipher]: Buffer.from(cipherName),
    [metadataNames.keyId]: Buffer.from(id),
  };
  return { metadata, data };
}

function decrypt(payload: Payload, { id, secret }: PayloadKey): Payload {
  const data = Buffer.from(payload.data ?? []);
  const [nonce, sealed] = [data.subarray(0, nonceBytes), data.subarray(nonceBytes, -tagBytes)];
  const options = { authTagLength: tagBytes };
  const decipher = createDecipheriv(cipherName, secret, nonce, options)
    .setAAD(Buffer.from(id))
    .setAuthTag(data.subarray(-tagBytes));
  return unframe(Buffer.concat([decipher.update(sealed), decipher.final()]));
}

function isEncrypted(payload: Payload): boolean {
  return textOf(payload, metadataNames.encoding) === encryptedEncoding;
}

function textOf({ metadata }: Payload, name: string): string | null {
  const value = metadata?.[name];
  return value == null ? null : Buffer.from(value).toString();
}
