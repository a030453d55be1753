/**
 * Text that an application has written may hold anything. What looks like a credential is masked before an excerpt of it
 * is kept. This knows the usual shapes, not the values: the worker may not read the application's Secrets.
 */
const masked = '[masked]';

const word =
  '(?:password|passwd|passphrase|pwd|secret|token|credentials?|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key)';

/** What goes before a credential is kept, as the first group. */
const shapes: readonly RegExp[] = [
  /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^-]{1,20000}/g,
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"']{1,500}(?=@)/gi,
  /(authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:basic |bearer |token )?)(?!(?:basic |bearer |token )?\[masked\])[^\s"',;]+/gi,
  /\b(bearer\s{1,3})(?=\S{0,200}\d)[a-z0-9._~+/=-]{6,}/gi,
  // Without the limit each of many beginnings would be followed to the end of the text.
  /()\beyJ[\w-]{8,4000}\.[\w-]{8,}\.[\w-]*/g,
  /()\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[\w-]{10,})/g,
  new RegExp(`(${word}[\\w-]{0,30}["']?\\s{0,3}[:=]\\s{0,3}["']?)(?!\\[masked\\])[^\\s"',;&}]+`, 'gi'),
];

/** The text with whatever looks like a credential replaced. */
export function maskCredentials(text: string): string {
  return shapes.reduce((rest, shape) => rest.replaceAll(shape, `$1${masked}`), text);
}

/** Longer than the credentials that are known by their shape: so far beyond what is kept they are looked for. */
const margin = 25_000;

/** At most so many characters of the beginning of a text of any length, masked. */
export function maskedBeginning(text: string, characters: number): string {
  return maskCredentials(text.slice(0, characters + margin)).slice(0, characters);
}

/** At most so many characters of the end of a text of any length, masked. */
export function maskedEnd(text: string, characters: number): string {
  return maskCredentials(text.slice(-(characters + margin))).slice(-characters);
}
