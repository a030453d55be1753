/**
 * Regular expressions of the spec on texts of an application. Both are of unknown origin, and together they may need longer
 * than the world stands; so they get a little time, in which nothing else runs in this process, and only once.
 */
import { createContext, Script } from 'node:vm';

/** Says for each text whether one of the expressions matches. Throws where that takes too long, at once from then on. */
export type GuardedPattern = (texts: readonly string[]) => readonly boolean[];

/** For all texts of one call: some microseconds are usual. */
const timeoutMs = 100;
/** On a busy machine the time passes while others run: only one that this process has used up itself counts. */
const triesWhileBusy = 5;

// A regular expression can be interrupted nowhere else than in a script with a timeout.
const script = new Script('texts.map((text) => expressions.some((expression) => expression.test(text)))');

/** `field` is where the expressions stand in the spec, and `on` what they are tried on: for the message of a refusal. */
export function guardedPattern(
  expressions: readonly RegExp[],
  { field, on }: { field: string; on: string },
): GuardedPattern {
  const context = createContext({ expressions });
  let refusal: Error | null = null;
  return (texts) => {
    if (refusal !== null) throw refusal;
    for (let tries = 1; tries <= triesWhileBusy; tries += 1) {
      const before = process.cpuUsage();
      try {
        return script.runInContext(Object.assign(context, { texts }), { timeout: timeoutMs }) as boolean[];
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        if (usedMs(before) < timeoutMs / 2) continue;
        refusal = new Error(`${field} takes too long on ${on}: write one without nested repetitions`);
        throw refusal;
      }
    }
    throw new Error(`the worker's machine is too busy to try ${field} on ${on}`);
  };
}

/** Of processor time, since then. */
function usedMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
