/**
 * What differs from one occurrence of a message to the next is replaced, so that equal errors have equal texts: numbers,
 * times, ids, addresses, quoted strings. Pure.
 *
 * Every expression takes time in proportion to the text: none has a repetition within another that could match the same.
 */

const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const months = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const clock = String.raw`\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?`;
const zone = String.raw`(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?`;

/** In this order: what is replaced by one is not seen by the next. */
const shapes: readonly (readonly [shape: RegExp, name: string])[] = [
  [new RegExp(String.raw`\b\d{4}[-/]\d\d[-/]\d\d(?:[T ]${clock}${zone})?`, 'g'), '<time>'],
  [new RegExp(String.raw`\b\d{1,2}[/ ](?:${months}|\d\d)[/ ]\d{4}(?:[: ]${clock}${zone})?`, 'g'), '<time>'],
  [new RegExp(String.raw`\b(?:${days},? )?${months} {1,2}\d{1,2},? (?:\d{4},? )?${clock}(?: \d{4})?`, 'g'), '<time>'],
  [new RegExp(String.raw`(?<![\w.:])\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?(?![\w:])`, 'g'), '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, '<email>'],
  [/(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:[:/]\d{1,5})?(?![\w.]\d)/g, '<ip>'],
  [/\[(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}\](?::\d{1,5})?/gi, '<ip>'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?![\w:])/gi, '<ip>'],
  [/(?<![\w"'`])(["'`])(?!\1)[^"'`\n]{1,400}\1(?![\w"'`])/g, '<text>'],
  [/\?[\w.~%[\]-]{1,100}=[^\s"'<>]{0,1000}/g, '?<query>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/(?<![\w<])(?=[a-f]{0,40}\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  // Pods and replica sets have the names of their slots, and ids that nobody else has.
  [/(?<![A-Za-z0-9])(?:blue|green)(?![A-Za-z0-9])/g, '<slot>'],
  [
    /(?<![A-Za-z0-9<])(?=[A-Za-z]{0,40}\d)(?=[A-Za-z0-9]{0,60}[A-Za-z])(?=(?:[A-Za-z]{0,40}\d){2})[A-Za-z0-9]{6,}(?![A-Za-z0-9>])/g,
    '<id>',
  ],
  [
    /(?<![\w.<])\d+(?:\.\d+)?(?:ns|[uµμ]s|ms|s|m|h|d|min|sec|\s(?:ms|sec|seconds?|minutes?|hours?))(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m))*\b/g,
    '<duration>',
  ],
  [/(?<![\w.<])\d+(?:\.\d+)?\s?(?:[kKMGT]i?B|bytes)\b/g, '<size>'],
  [/(?<![A-Za-z0-9<])v?[-+]?\d+(?:[.,_]\d+)*(?:[eE][-+]?\d+)?%?/g, '<num>'],
  [/<(num|ip|id|hex|uuid|text|time|size|duration)>(?:[,;|]?\s?<\1>)+/g, '<$1>'],
];

/** Of a longer text, no more is looked at. */
const charactersLookedAt = 1_000;

const leadingTime = /^[[(]?<time>[\])]?[\s,|:-]{0,5}/;

/** One line, in which whatever varies has the name of what it is: `timeout of <ip> after <duration>`. */
export function maskLine(text: string): string {
  const line = text.slice(0, charactersLookedAt).replaceAll(/\s+/g, ' ').trim();
  return shapes.reduce((rest, [shape, name]) => rest.replaceAll(shape, name), line).replace(leadingTime, '');
}
