/**
 * The spec's regular expression on the values of a label. Both are of unknown origin, and together they may need longer
 * than the world stands; so they get a little time, in which nothing else runs in this process, and only once.
 */
import { createContext, Script } from 'node:vm';

/** Says for each value whether the whole of it matches. Throws where that takes too long, at once from then on. */
export type LabelMatcher = (values: readonly string[]) => readonly boolean[];

/** For all values of one page: some microseconds are usual. */
const timeoutMs = 100;
/** On a busy machine the time passes while others run: only one that this process has used up itself counts. */
const triesWhileBusy = 5;

// A regular expression can be interrupted nowhere else than in a script with a timeout.
const script = new Script('values.map((value) => expression.test(value))');

export function labelMatcher(pattern: string): LabelMatcher {
  const context = createContext({ expression: new RegExp(`^(?:${pattern})$`) });
  let refusal: Error | null = null;
  return (values) => {
    if (refusal !== null) throw refusal;
    for (let tries = 1; tries <= triesWhileBusy; tries += 1) {
      const before = process.cpuUsage();
      try {
        return script.runInContext(Object.assign(context, { values }), { timeout: timeoutMs }) as boolean[];
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        if (usedMs(before) < timeoutMs / 2) continue;
        refusal = new Error(
          'metrics.errors.pattern takes too long on the labels: write one without nested repetitions',
        );
        throw refusal;
      }
    }
    throw new Error("the worker's machine is too busy to read the labels of the metrics");
  };
}

/** Of processor time, since then. */
function usedMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
