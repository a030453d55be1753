import type { Identity } from '../domain/spec.ts';
import { atJsonPath } from '../evidence/json-path.ts';

/** An HTTP answer, as far as it can name its version. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const identityKept = 100;

/** What the answer calls its version, by the header or the JSON path of the spec; null where it does not say. */
export function identityOf({ headers, body }: Answer, identity: Identity): string | null {
  const found = 'header' in identity ? headers[identity.header.toLowerCase()] : atJsonPath(body, identity.json);
  if (typeof found === 'string' && found !== '') return found.slice(0, identityKept);
  return typeof found === 'number' ? String(found) : null;
}
