/**
 * Headers whose values are secret. A spec is kept in the workflow's history, so it names the key of a Secret instead of
 * the value; an activity reads it when it sends the request (invariant 9).
 */
import { locatedHeaders } from './request-headers.ts';
import type { HttpRequest, Spec, WatchCheck } from './spec.ts';
import { renderPath } from './spec-path.ts';

/** Which key of which Secret, in the spec's namespace. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** Headers that hold credentials by what they are for; their names in lower case. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'api-key',
  'apikey',
  'x-api-key',
  'x-auth-token',
  'x-access-token',
]);

/** Whether a header, as it is written in a spec, gives a credential away. */
export function givesSecretAway(name: string, value: string): boolean {
  return value !== '' && (secretHeaders.has(name.toLowerCase()) || /^(bearer|basic|token)\s+\S/i.test(value));
}

/** Every key that the headers of the spec refer to, each once. */
export function secretKeysOf(spec: Spec): SecretKey[] {
  return uniqueKeys(locatedHeaders(spec));
}

/** The same with the field that refers to it, as often as one does. */
export function secretFieldsOf(spec: Spec): { readonly path: string; readonly key: SecretKey }[] {
  return locatedHeaders(spec).flatMap(({ path, headers }) =>
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [] : [{ path: renderPath([...path, 'headers', name]), key: value.secretKeyRef }],
    ),
  );
}

/** The checks of soak and monitor. */
export function checksOf({ soak, monitor }: Spec): readonly WatchCheck[] {
  return [...(soak.checks ?? []), ...(monitor.checks ?? [])];
}

/** Every key that these headers refer to, each once. */
export function uniqueKeys(requests: readonly Pick<HttpRequest, 'headers'>[]): SecretKey[] {
  const keys = requests
    .flatMap(({ headers }) => Object.values(headers))
    .flatMap((value) => (typeof value === 'string' ? [] : [value.secretKeyRef]));
  return [...new Map(keys.map((key) => [nameOfKey(key), key])).values()];
}

/** Of a key, to find it by. */
export function nameOfKey({ name, key }: SecretKey): string {
  return `${name}/${key}`;
}
