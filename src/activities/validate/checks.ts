/** Whether the checks of soak and monitor give something, asked once for the live slot. */
import { toMilliseconds } from '../../domain/duration.ts';
import { fillTemplate } from '../../domain/query-template.ts';
import { slotName } from '../../domain/slot.ts';
import { renderPath } from '../../domain/spec-path.ts';
import type { WatchCheck } from '../../domain/spec.ts';
import { answerValue, type AnswerCheck } from '../../evidence/checks/answer-value.ts';
import { describeCondition, judgeCheck, shown } from '../../evidence/checks/condition.ts';
import { askQuery } from '../../evidence/checks/query-value.ts';
import { missing, valueOf, type CheckReading } from '../../evidence/checks/reading.ts';
import { concurrently } from '../../evidence/concurrently.ts';
import { shownQuery } from '../../evidence/prometheus/api.ts';
import { askAddress } from '../../evidence/web-address.ts';
import type { HttpAnswer } from '../../kubernetes/access/index.ts';
import { secretHeaders } from '../secret-headers.ts';
import { rehearseJob } from '../smoke-job.ts';
import { mistake, note, nothingFound, orMistake, together, unchecked, type Found, type Validation } from './context.ts';

const atOnce = 5;

export async function checksFound(validation: Validation): Promise<Found> {
  const { soak, monitor, smoke } = validation.spec;
  const watched = Object.entries({ soak, monitor }).flatMap(([step, { checks = [] }]) =>
    checks.map((check, index) => ({ check, path: renderPath([step, 'checks', index]) })),
  );
  const jobs = smoke.checks.flatMap((check, index) =>
    'job' in check ? [{ check, path: renderPath(['smoke', 'checks', index]) }] : [],
  );
  return together(
    await concurrently([...watched, ...jobs], atOnce, ({ check, path }) => checkFound(validation, check, path)),
  );
}

async function checkFound(validation: Validation, check: WatchCheck, path: string): Promise<Found> {
  const { signal } = validation;
  if ('job' in check) {
    const { dependencies, spec } = validation;
    return orMistake(`${path}.job.podSpec`, signal, async () => {
      await rehearseJob(dependencies.cluster, spec, check.job);
      return nothingFound;
    });
  }
  if ('prometheus' in check)
    return orMistake(`${path}.prometheus.query`, signal, () => queryFound(validation, check, path));
  const where = check.http.url === undefined ? `${path}.http` : `${path}.http.url`;
  return orMistake(where, signal, () => answerFound(validation, check, path));
}

type Check<Kind extends string> = Extract<WatchCheck, Record<Kind, unknown>>;

async function queryFound(validation: Validation, check: Check<'prometheus'>, path: string): Promise<Found> {
  const { spec, live, notLive, prometheus, isPrometheusThere, signal } = validation;
  const where = `${path}.prometheus.query`;
  if (!isPrometheusThere) return unchecked(`${where}: Prometheus cannot be asked`);
  const slot = live?.slot ?? 'blue';
  const query = fillTemplate(check.prometheus.query, { namespace: spec.namespace, app: spec.app, slot });
  const answer = await askQuery(await prometheus(), check.prometheus, query, { signal });
  if (answer.kind === 'wrong') return mistake(where, answer.reason);
  const reading = answer.kind === 'number' ? valueOf(answer.value, shownQuery(query)) : missing(answer.reason);
  // Of a slot that is not there, nothing has to be known.
  if (reading.kind === 'missing' && live === null) return unchecked(`what the query of ${path} gives: ${notLive}`);
  if (reading.kind !== 'missing') return valueFound(check, reading, path);
  return mistake(
    where,
    answer.kind === 'empty'
      ? `${reading.reason} of ${slotName(spec.app, slot)}, which is live: does the metric exist, and do its labels match?`
      : `${reading.reason}: without a number the check has insufficient data; write a query that gives one without requests, too`,
  );
}

/** What changes something is not sent: nobody has asked for a deployment yet. */
async function answerFound(validation: Validation, check: Check<'http'>, path: string): Promise<Found> {
  const { http } = check;
  if (http.method !== 'GET' && http.method !== 'HEAD')
    return unchecked(`${path}: a ${http.method} is not sent to try it out`);
  const answer = await askHttp(validation, http);
  if (answer === null) return unchecked(`${path}: ${validation.notLive}`);
  const reading = answerValue(http, answer);
  return reading.kind === 'missing' ? mistake(`${path}.http`, reading.reason) : valueFound(check, reading, path);
}

/** The value as it is now, held to the condition as if the candidate had the same: what fails so is seen before a deployment. */
function valueFound({ name, expect }: Check<'expect'>, reading: CheckReading, path: string): Found {
  if (reading.kind !== 'value') return nothingFound;
  const { verdict, reason } = judgeCheck(expect, reading, reading);
  const now = `check ${name}: ${shown(reading.value)} now`;
  switch (verdict) {
    case 'insufficient-data':
      return mistake(`${path}.expect`, `it cannot be held to ${describeCondition(expect)}: ${reason}`);
    case 'fail':
      return note(`${now}, which would fail: ${reason}`);
    case 'pass': {
      const isNothing = expect.timesStable !== undefined && Number(reading.value) === 0;
      const zero = `check ${name}: stable's value is 0 now, and times 0 nothing above 0 passes timesStable`;
      return note(`${now}, expected ${describeCondition(expect)}`, ...(isNothing ? [zero] : []));
    }
  }
}

/** null where there is nobody to ask. The preview Service of the live slot may not be there before the first deployment. */
async function askHttp(
  { dependencies, spec, live, signal }: Validation,
  http: AnswerCheck,
): Promise<HttpAnswer | null> {
  const { cluster, access } = dependencies;
  const { namespace, app } = spec;
  const pod = live?.pods.find(({ ip }) => ip !== null);
  if (http.url === undefined && (live === null || pod === undefined)) return null;
  const { headersOf, way, conceal } = await secretHeaders(cluster, namespace, [http], access[spec.access]);
  const request = { method: http.method, path: http.path, headers: headersOf(http) };
  const options = { timeoutMs: toMilliseconds(http.within), signal };
  if (http.url !== undefined) {
    const address = fillTemplate(http.url, { namespace, app, slot: live?.slot ?? 'blue' });
    return conceal(await askAddress(address, request, options));
  }
  if (live === null || pod?.ip == null) return null;
  const target = { kind: 'pod', namespace, name: pod.name, ip: pod.ip, port: http.port ?? live.port } as const;
  return way.request(target, request, options);
}
