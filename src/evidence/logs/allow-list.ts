/** The errors that the spec allows. */
import { guardedPattern } from '../guarded-pattern.ts';
import type { Allows } from './digest.ts';

/** The beginning of a message is tried, so that some hundreds of them take no time that anybody would notice. */
const charactersTried = 500;

/** Throws, when it is asked, where a pattern takes too long. */
export function allowList(patterns: readonly string[]): Allows {
  if (patterns.length === 0) return (texts) => texts.map(() => false);
  const expressions = patterns.map((pattern) => new RegExp(pattern));
  const matches = guardedPattern(expressions, { field: 'logs.allow', on: 'the logs' });
  return (texts) => {
    const beginnings = texts.map((text) => text.slice(0, charactersTried));
    const different = [...new Set(beginnings)];
    const answers = matches(different);
    const allowed = new Set(different.filter((_, index) => answers[index] === true));
    return beginnings.map((text) => allowed.has(text));
  };
}
