import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { PayloadUnreadable } from './payload-codec.ts';

/** What stands in the place of a value that could not be decrypted. */
export interface Unreadable {
  readonly unreadable: string;
}

/** For lists: one deployment whose key is gone must not hide the others. */
export class TolerantCodec implements PayloadCodec {
  readonly #strict: PayloadCodec;

  constructor(strict: PayloadCodec) {
    this.#strict = strict;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return this.#strict.encode(payloads);
  }

  /** Puts an Unreadable in the place of each payload that cannot be decrypted. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    const decoded = await Promise.all(payloads.map((payload) => this.#decodeOne(payload)));
    return decoded.flat();
  }

  async #decodeOne(payload: Payload): Promise<Payload[]> {
    try {
      return await this.#strict.decode([payload]);
    } catch (error) {
      if (!(error instanceof PayloadUnreadable)) throw error;
      const instead: Unreadable = { unreadable: error.message };
      return [defaultPayloadConverter.toPayload(instead)];
    }
  }
}

export function isUnreadable(value: unknown): value is Unreadable {
  return typeof value === 'object' && value !== null && 'unreadable' in value && typeof value.unreadable === 'string';
}
