/**
 * A check that is a Kubernetes Job: run once, its log kept, and removed again.
 *
 * 1. It stays until the step is over: as long as its outcome may be lost with the worker, another attempt has to find it.
 */
import type { V1Container, V1Job, V1Pod } from '@kubernetes/client-node';
import { CancelledFailure } from '@temporalio/activity';
import { formatDuration, toMilliseconds } from '../domain/duration.ts';
import { maskedEnd } from '../domain/mask.ts';
import { slotLabels, slotName } from '../domain/slot.ts';
import type { CheckJob, Spec } from '../domain/spec.ts';
import type { ServiceTarget } from '../kubernetes/access/index.ts';
import type { Json } from '../kubernetes/api-server.ts';
import { deploymentAnnotation } from '../kubernetes/candidate.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { apiErrorKind, describeApiError } from '../kubernetes/errors.ts';
import { viewPod } from '../kubernetes/pod.ts';
import { managedBy } from '../kubernetes/preview.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import type { Attempt } from './attempt.ts';
import type { Target } from './contract.ts';
import type { CheckOutcome } from './smoke-results.ts';

interface JobContext {
  readonly cluster: Cluster;
  readonly target: Target;
  readonly attempt: Pick<Attempt, 'signal' | 'log'>;
  readonly preview: ServiceTarget;
  /** Whose check it is. */
  readonly step: 'smoke' | 'soak' | 'monitor';
}

const logKept = 4_000;
const logLines = 100;
/** Lines may be of any length. */
const logBytesRead = 1_048_576;
/** The Job ends itself shortly after it was waited for, also where no worker is left to remove it. */
const deadlineSlackSeconds = 5;
const keptSeconds = 600;

/** Runs the Job; a repeated attempt finds the one that it started before, by its name, and goes on with that. */
export async function runJob(
  context: JobContext,
  job: CheckJob,
  { index, leftMs }: { readonly index: number; readonly leftMs: number },
): Promise<CheckOutcome> {
  const { cluster, target, attempt } = context;
  const { namespace } = target.spec;
  const name = jobName(context, index);
  const timeoutMs = Math.min(toMilliseconds(job.within), leftMs);
  await create(cluster, namespace, jobManifest(context, job, { name, timeoutMs }));
  const jobs = { path: `/apis/batch/v1/namespaces/${namespace}/jobs`, fieldSelector: `metadata.name=${name}` };
  const end = await waitUntil(cluster, {
    sources: { jobs: { ...jobs, read: (found: Json<V1Job>) => found } },
    look: ({ jobs: found }) => (found[0] === undefined ? `the Job ${name} was deleted` : endOf(found[0])),
    timeoutMs,
    signal: attempt.signal,
  });
  const words = end.reached ? end.value : `the Job ${name} has not ended within ${formatDuration(timeoutMs)}`;
  const pod = await lastPod(cluster, namespace, name);
  const log = pod === null ? '' : await logOf(cluster, namespace, pod);
  if (words === succeeded) return { problem: null, detail: `the Job ${name} succeeded`, log };
  return { problem: words + whyOf(pod), detail: words, log };
}

type JobOwner = Omit<JobContext, 'preview'>;

/**
 * Removes the Jobs of these checks, whoever has started them, at the end of their step; not where another attempt goes on with
 * them. Never rejects: what cannot be removed now is removed by its own time limit.
 */
export async function removeJobs(owner: JobOwner, indices: readonly number[]): Promise<void> {
  if (isHandedOver(owner.attempt.signal)) return;
  await Promise.all(indices.map((index) => remove(owner, jobName(owner, index))));
}

/** With the end of the run's id: its beginning is the time, which deployments close to each other share. */
function jobName({ target: { spec, runId }, step }: Pick<JobContext, 'target' | 'step'>, index: number): string {
  return `${spec.app.slice(0, 40)}-${step}-${runId.slice(-8)}-${index}`;
}

/** Whether the API server would take the Job; rejects where it would not. Nothing is created. */
export async function rehearseJob(cluster: Cluster, spec: Spec, job: CheckJob): Promise<void> {
  const target = { spec, candidateSlot: 'blue', runId: 'rehearsal' } as const;
  const preview = { kind: 'service', namespace: spec.namespace, name: slotName(spec.app, 'blue') } as const;
  const manifest = jobManifest({ target, preview, step: 'smoke' }, job, {
    name: `${spec.app.slice(0, 40)}-rehearsal`,
    timeoutMs: toMilliseconds(job.within),
  });
  await create(cluster, spec.namespace, manifest, { dryRun: 'All' });
}

const succeeded = 'succeeded';

/** How the Job ended, null while it runs. */
function endOf({ metadata, status }: Json<V1Job>): string | null {
  const ended = status?.conditions?.find(
    (condition) => condition.status === 'True' && (condition.type === 'Complete' || condition.type === 'Failed'),
  );
  if (ended === undefined) return null;
  if (ended.type === 'Complete') return succeeded;
  return `the Job ${metadata?.name ?? ''} failed (${ended.reason ?? 'Failed'}: ${ended.message ?? 'no message'})`;
}

function whyOf(pod: Json<V1Pod> | null): string {
  const problem = pod === null ? null : viewPod(pod).problem;
  if (problem === null) return '';
  const exit = problem.exitCode === null ? '' : ` with exit code ${problem.exitCode}`;
  return `: ${problem.reason}${exit} ${problem.message}`.trimEnd();
}

async function create(
  cluster: Cluster,
  namespace: string,
  job: Json<V1Job>,
  query: { readonly dryRun?: 'All' } = {},
): Promise<void> {
  try {
    const body = JSON.stringify(job);
    const headers = { 'content-type': 'application/json' };
    await cluster.api.json({
      method: 'POST',
      path: `/apis/batch/v1/namespaces/${namespace}/jobs`,
      query,
      body,
      headers,
    });
  } catch (error) {
    if (apiErrorKind(error) === 'already-exists') return;
    if (apiErrorKind(error) !== 'invalid') throw error;
    throw new Error(`the API server refuses the Job: ${describeApiError(error)}`, { cause: error });
  }
}

function jobManifest(
  {
    target,
    preview,
    step,
  }: {
    readonly target: Pick<Target, 'spec' | 'candidateSlot' | 'runId'>;
  } & Pick<JobContext, 'preview' | 'step'>,
  job: CheckJob,
  { name, timeoutMs }: { readonly name: string; readonly timeoutMs: number },
): Json<V1Job> {
  const { spec, candidateSlot, runId } = target;
  // Not the labels by which Services select pods: no traffic may come here.
  const labels = {
    ...managedBy,
    'cutover.dev/app': spec.app,
    'cutover.dev/check': `${step}-${candidateSlot}`,
    // By this the teardown finds what a worker that died has left.
    [deploymentAnnotation]: runId,
  };
  const host = `${preview.name}.${preview.namespace}.svc`;
  const port = String(preview.port ?? 80);
  const env = [
    { name: 'CUTOVER_CANDIDATE_URL', value: `http://${host}:${port}` },
    { name: 'CUTOVER_CANDIDATE_HOST', value: host },
    { name: 'CUTOVER_CANDIDATE_PORT', value: port },
    { name: 'CUTOVER_CANDIDATE_SLOT', value: slotLabels(spec.app, candidateSlot).version },
  ];
  const podSpec = job.podSpec as { containers: Json<V1Container>[] };
  const containers = podSpec.containers.map((container) => ({
    ...container,
    env: [...env, ...(Array.isArray(container.env) ? container.env : [])],
  }));
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: spec.namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(timeoutMs / 1_000) + deadlineSlackSeconds,
      ttlSecondsAfterFinished: keptSeconds,
      template: { metadata: { labels }, spec: { restartPolicy: 'Never', ...podSpec, containers } },
    },
  };
}

async function lastPod(cluster: Cluster, namespace: string, job: string): Promise<Json<V1Pod> | null> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = await cluster.api.json<{ items: Json<V1Pod>[] }>({
    path,
    query: { labelSelector: `job-name=${job}` },
  });
  return items.at(-1) ?? null;
}

/** The last lines of the first container; empty where there are none to be had. */
async function logOf(cluster: Cluster, namespace: string, pod: Json<V1Pod>): Promise<string> {
  const container = pod.spec?.containers[0]?.name;
  if (container === undefined) return '';
  try {
    const query = {
      name: pod.metadata?.name ?? '',
      namespace,
      container,
      tailLines: logLines,
      limitBytes: logBytesRead,
    };
    return maskedEnd((await cluster.core.readNamespacedPodLog(query)).trimEnd(), logKept);
  } catch {
    // Why the Job failed is in its status; a container that never ran has no log.
    return '';
  }
}

/** Whether only this attempt stops: its worker shuts down, or the server has given it up and begun another one. */
function isHandedOver({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof CancelledFailure && reason.message !== 'CANCELLED';
}

async function remove({ cluster, target, attempt }: JobOwner, name: string): Promise<void> {
  const { namespace } = target.spec;
  try {
    await cluster.batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' });
  } catch (error) {
    if (apiErrorKind(error) === 'not-found') return;
    attempt.log('the Job of a check was not removed', { job: `${namespace}/${name}`, reason: describeApiError(error) });
  }
}
