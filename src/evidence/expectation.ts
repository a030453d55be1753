/** Whether an answer is what a smoke check expects. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { toMilliseconds } from '../domain/duration.ts';
import { maskedBeginning } from '../domain/mask.ts';
import type { HttpExpectation } from '../domain/spec.ts';
import type { HttpAnswer } from '../kubernetes/access/index.ts';

/** What is wrong with the answer, or null. */
export function disappointment(expected: HttpExpectation, answer: HttpAnswer): string | null {
  const statuses = Array.isArray(expected.status) ? expected.status : [expected.status];
  if (!statuses.includes(answer.status)) {
    return `answered ${answer.status} instead of ${statuses.join(' or ')}: ${excerpt(answer.body)}`;
  }
  if (answer.durationMs > toMilliseconds(expected.within)) {
    return `took ${Math.round(answer.durationMs)} ms, longer than ${expected.within}`;
  }
  if (expected.text !== undefined && !answer.body.includes(expected.text)) {
    return `the answer does not contain "${excerpt(expected.text)}": ${excerpt(answer.body)}`;
  }
  return expected.json === undefined ? null : jsonDisappointment(expected.json, answer);
}

function jsonDisappointment(expected: unknown, { body, truncated }: HttpAnswer): string | null {
  try {
    const actual: unknown = JSON.parse(body);
    if (contains(actual, expected)) return null;
    return `the JSON does not contain ${excerpt(JSON.stringify(expected))}: ${excerpt(body)}`;
  } catch {
    return truncated ? 'the answer is too long to be read as JSON' : `the answer is not JSON: ${excerpt(body)}`;
  }
}

/** Whether every field of `expected` is in `actual`; arrays and plain values have to be equal. */
export function contains(actual: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return isDeepStrictEqual(actual, expected);
  return (
    isObject(actual) &&
    Object.entries(expected).every(([key, value]) => Object.hasOwn(actual, key) && contains(actual[key], value))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The beginning of what an application has said, on one line. */
export function excerpt(text: string): string {
  const flat = maskedBeginning(text.replaceAll(/\s+/g, ' ').trim(), 201);
  return flat.length > 200 ? `${flat.slice(0, 199)}…` : flat;
}
