import type { Identity } from '../domain/spec.ts';

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
  const found = 'header' in identity ? headers[identity.header.toLowerCase()] : atPath(body, identity.json.split('.'));
  if (typeof found === 'string' && found !== '') return found.slice(0, identityKept);
  return typeof found === 'number' ? String(found) : null;
}

function atPath(body: string, path: readonly string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
