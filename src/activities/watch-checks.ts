/** How the checks of a watch are asked: queries, answers of HTTP, Jobs. */
import { fillTemplate } from '../domain/query-template.ts';
import { slotName } from '../domain/slot.ts';
import type { WatchCheck, WatchSpec } from '../domain/spec.ts';
import { toMilliseconds } from '../domain/duration.ts';
import { answerValue, type AnswerCheck } from '../evidence/checks/answer-value.ts';
import { queryValue } from '../evidence/checks/query-value.ts';
import { missing, type CheckReading } from '../evidence/checks/reading.ts';
import { checksSource, type AskCheck } from '../evidence/checks/source.ts';
import type { ChecksState } from '../evidence/checks/state.ts';
import type { PrometheusApi } from '../evidence/prometheus/api.ts';
import type { Source, Subject } from '../evidence/source.ts';
import { askAddress } from '../evidence/web-address.ts';
import type { AccessTarget, HttpAnswer } from '../kubernetes/access/index.ts';
import type { PodView } from '../kubernetes/pod.ts';
import type { CheckJobs } from './check-jobs.ts';
import type { Target } from './contract.ts';
import type { Dependencies } from './dependencies.ts';
import { lazily } from './prometheus-server.ts';
import { secretHeaders, type SecretHeaders } from './secret-headers.ts';

export interface WatchChecks {
  readonly dependencies: Dependencies;
  readonly target: Target;
  readonly step: 'soak' | 'monitor';
  readonly spec: WatchSpec;
  /** The pods of a slot at this look. */
  readonly pods: (subject: Subject) => Promise<readonly PodView[]>;
  readonly prometheus: () => Promise<PrometheusApi>;
  readonly jobs: CheckJobs;
  /** As an earlier attempt has left them. */
  readonly known: ChecksState;
  /** When the watch began, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * After the cutover stable has no users any more: queries about it are asked as of so long before the monitor began. Both
 * clocks may differ a little, and the cutover has taken a moment.
 */
const beforeMonitorSeconds = 10;

/** The source that asks them; null where the spec has none. */
export function watchChecks(asking: WatchChecks): Source | null {
  const { spec, target } = asking;
  const { checks = [] } = spec;
  if (checks.length === 0) return null;
  const requests = checks.flatMap((check) => ('http' in check ? [check.http] : []));
  const { cluster, access } = asking.dependencies;
  const { namespace, access: way } = target.spec;
  const secrets = lazily(() => secretHeaders(cluster, namespace, requests, access[way]));
  const ask: AskCheck = (check, subject, signal) => {
    if ('prometheus' in check) return askQuery(asking, check, subject, signal);
    if ('http' in check) return askHttp(asking, check.http, subject, { secrets, signal });
    return Promise.resolve(askJob(asking, check, checks.indexOf(check)));
  };
  return checksSource(checks, target.candidateSlot, ask);
}

async function askQuery(
  { prometheus, step, target, startedAt }: WatchChecks,
  { prometheus: asked }: Extract<WatchCheck, { prometheus: unknown }>,
  subject: Subject,
  signal: AbortSignal,
): Promise<CheckReading> {
  const isBefore = step === 'monitor' && subject.slot !== target.candidateSlot;
  const query = fillTemplate(asked.query, valuesOf(subject));
  const at = isBefore ? { at: startedAt / 1_000 - beforeMonitorSeconds } : {};
  return queryValue(await prometheus(), asked, query, { signal, ...at });
}

interface HttpOptions {
  readonly secrets: () => Promise<SecretHeaders>;
  readonly signal: AbortSignal;
}

async function askHttp(
  asking: WatchChecks,
  http: AnswerCheck,
  subject: Subject,
  { secrets, signal }: HttpOptions,
): Promise<CheckReading> {
  const { headersOf, way, conceal } = await secrets();
  const request = {
    method: http.method,
    path: http.path,
    headers: headersOf(http),
    ...(http.body === undefined ? {} : { body: http.body }),
  };
  const options = { timeoutMs: toMilliseconds(http.within), signal };
  if (http.url !== undefined) {
    const address = fillTemplate(http.url, valuesOf(subject));
    return answerValue(http, conceal(await askAddress(address, request, options)));
  }
  const target = await targetOf(asking, http, subject);
  if (target === null) return missing(`no pod of ${slotName(subject.spec.app, subject.slot)} is ready`);
  const answer: HttpAnswer = await way.request(target, request, options);
  return answerValue(http, answer);
}

/** The preview Service; a ready pod for a port that it may not lead to. */
async function targetOf({ pods }: WatchChecks, { port }: AnswerCheck, subject: Subject): Promise<AccessTarget | null> {
  const { namespace, app } = subject.spec;
  if (port === undefined) return { kind: 'service', namespace, name: slotName(app, subject.slot) };
  const pod = (await pods(subject)).find(({ ready, ip }) => ready && ip !== null);
  return pod?.ip == null ? null : { kind: 'pod', namespace, name: pod.name, ip: pod.ip, port };
}

/** One that has ended is not run again by another attempt. */
function askJob(
  { jobs, known }: WatchChecks,
  { name, job }: Extract<WatchCheck, { job: unknown }>,
  index: number,
): CheckReading {
  const before = known[name]?.candidate;
  return before?.kind === 'outcome' ? before : jobs.reading(job, index);
}

function valuesOf({ spec: { namespace, app }, slot }: Subject) {
  return { namespace, app, slot };
}
