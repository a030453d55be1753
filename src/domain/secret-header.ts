/**
 * Headers whose values are secret. A spec is kept in the workflow's history, so it names the key of a Secret instead of
 * the value; an activity reads it when it sends the request (invariant 9).
 */
import type { HttpRequest, Spec } from './spec.ts';

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

/** Every key that the spec's requests refer to, each once. */
export function secretKeysOf(spec: Spec): SecretKey[] {
  return uniqueKeys(requestsOf(spec));
}

/** Every request that the spec writes down. */
export function requestsOf(spec: Spec): readonly HttpRequest[] {
  return [
    ...spec.warmUp.requests,
    ...spec.smoke.checks.flatMap((check) => ('http' in check ? [check.http] : [])),
    ...(spec.soak.traffic.requests ?? []),
  ];
}

/** Every key that these requests refer to, each once. */
export function uniqueKeys(requests: readonly HttpRequest[]): SecretKey[] {
  const keys = requests
    .flatMap(({ headers }) => Object.values(headers))
    .flatMap((value) => (typeof value === 'string' ? [] : [value.secretKeyRef]));
  return [...new Map(keys.map((key) => [nameOfKey(key), key])).values()];
}

/** Of a key, to find it by. */
export function nameOfKey({ name, key }: SecretKey): string {
  return `${name}/${key}`;
}
