/** How large texts and documents are as JSON in UTF-8, which is what Temporal keeps and limits. Pure, and of linear time. */

const shortEscapes: ReadonlySet<number> = new Set(Array.from('"\\\b\t\n\f\r', (character) => character.charCodeAt(0)));

/** The bytes of a code point between quotes: other control characters, and lone surrogates, are written as \uXXXX. */
function bytesOf(point: number): number {
  if (point < 0x20 || point === 0x22 || point === 0x5c) return shortEscapes.has(point) ? 2 : 6;
  if (point < 0x80) return 1;
  if (point >= 0xd800 && point <= 0xdfff) return 6;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

const quotes = 2;

/** The beginning of the text that has so many bytes at most, with its quotes; no character is cut in two. */
export function clipToBytes(text: string, most: number): string {
  let bytes = quotes;
  let end = 0;
  while (end < text.length) {
    const point = text.codePointAt(end) ?? 0;
    bytes += bytesOf(point);
    if (bytes > most) break;
    end += point > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/**
 * The bytes of a document that JSON can hold, and a little more where it has values that JSON leaves out. Documents that
 * contain themselves have no size: refuse them first.
 */
export function bytesOfJson(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return bytesOfText(value);
    case 'number':
    case 'boolean':
      return String(value).length;
    case 'object':
      return value === null ? 4 : bytesOfParts(value);
    default:
      return 4;
  }
}

function bytesOfParts(value: object): number {
  if (Array.isArray(value)) return value.reduce((sum: number, part: unknown) => sum + bytesOfJson(part) + 1, 2);
  return Object.entries(value).reduce((sum, [name, part]) => sum + bytesOfText(name) + bytesOfJson(part) + 2, 2);
}

function bytesOfText(text: string): number {
  let bytes = quotes;
  for (let index = 0; index < text.length; index += 1) {
    const point = text.codePointAt(index) ?? 0;
    bytes += bytesOf(point);
    if (point > 0xffff) index += 1;
  }
  return bytes;
}
