/** Documents as nobody in their right mind would send them. */
import fc from 'fast-check';

/** Texts of every kind: control characters, quotes, halves of characters, long ones. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    '\ud800',
    '\udfff\ud800',
    '\u0000',
    '__proto__',
    'constructor',
    'toString',
    '\u2028',
    '💥',
    '"',
    '\\',
  ),
  fc
    .tuple(fc.constantFrom('x', '\u0001', '\ud800', '💥', 'é', '"', '\n'), fc.integer({ min: 1, max: 100_000 }))
    .map(([unit, times]) => unit.repeat(times)),
);

export const anything = fc.anything({
  key: fc.oneof(text, fc.constantFrom('by', 'reason', 'supersededBy', 'successor')),
  values: [text, fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)],
  maxDepth: 5,
  withBigInt: true,
  withNullPrototype: true,
  withMap: true,
  withDate: true,
});

/** The bytes that Temporal would keep of it. */
export function bytesKept(document: unknown): number {
  return Buffer.byteLength(JSON.stringify(document));
}

/** Fails with the smallest example for which it does not hold, or throws. */
export function expectAlways<T>(examples: fc.Arbitrary<T>, holds: (example: T) => boolean, numRuns = 400): void {
  fc.assert(fc.property(examples, holds), { numRuns });
}
