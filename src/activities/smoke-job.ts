/** A smoke check that is a Kubernetes Job: run once, its log kept, and removed again. */
import type { V1Job } from '@kubernetes/client-node';
import { toMilliseconds } from '../domain/duration.ts';
import { slotName } from '../domain/slot.ts';
import type { SmokeCheck } from '../domain/spec.ts';
import type { ServiceTarget } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { apiErrorKind, orNull } from '../kubernetes/errors.ts';
import { managedBy } from '../kubernetes/preview.ts';
import { waitUntil } from '../kubernetes/wait.ts';
import type { Attempt } from './attempt.ts';
import type { Target } from './contract.ts';
import type { CheckOutcome } from './smoke.ts';

export interface JobContext {
  readonly cluster: Cluster;
  readonly target: Target;
  readonly attempt: Attempt;
  readonly preview: ServiceTarget;
}

type JobCheck = Extract<SmokeCheck, { job: unknown }>;

const logKept = 4_000;
const logLines = 100;

/** Runs the Job; a repeated attempt finds the one that it started before, by its name, and goes on with that. */
export async function runJobCheck(context: JobContext, check: JobCheck, index: number): Promise<CheckOutcome> {
  const { cluster, target, attempt } = context;
  const { namespace } = target.spec;
  const name = `${slotName(target.spec.app, target.candidateSlot)}-smoke-${index}-${target.runId.slice(0, 8)}`;
  try {
    await cluster.batch.createNamespacedJob({ namespace, body: jobManifest(context, check, name) as V1Job });
  } catch (error) {
    if (apiErrorKind(error) !== 'already-exists') throw error;
  }
  try {
    const timeoutMs = toMilliseconds(check.job.within);
    const source = { path: `/apis/batch/v1/namespaces/${namespace}/jobs`, fieldSelector: `metadata.name=${name}` };
    const end = await waitUntil(cluster, {
      sources: { jobs: { ...source, read: (job: unknown) => job as V1Job } },
      look: ({ jobs }) => jobs.map(endOf).find((found) => found !== null) ?? null,
      timeoutMs,
      signal: attempt.signal,
    });
    const log = await logOf(context, name);
    const problem = end.reached ? end.value.problem : `the Job ${name} did not end within ${check.job.within}`;
    return { problem, detail: `the Job ${name} succeeded`, log };
  } finally {
    await cluster.batch
      .deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' })
      .catch(() => undefined);
  }
}

function jobManifest({ target, preview }: JobContext, check: JobCheck, name: string): unknown {
  const labels = { ...managedBy, app: `${target.spec.app}-smoke` };
  const host = `${preview.name}.${preview.namespace}.svc`;
  const env = [
    { name: 'CUTOVER_CANDIDATE_URL', value: `http://${host}:${preview.port}` },
    { name: 'CUTOVER_CANDIDATE_HOST', value: host },
    { name: 'CUTOVER_CANDIDATE_PORT', value: String(preview.port) },
  ];
  const containers = check.job.podSpec.containers.map((container) => {
    const own = Array.isArray(container['env']) ? (container['env'] as unknown[]) : [];
    return { ...container, env: [...env, ...own] };
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: target.spec.namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.max(1, Math.ceil(toMilliseconds(check.job.within) / 1_000)),
      ttlSecondsAfterFinished: 600,
      template: { metadata: { labels }, spec: { restartPolicy: 'Never', ...check.job.podSpec, containers } },
    },
  };
}

function endOf({ metadata, status }: V1Job): { problem: string | null } | null {
  const condition = status?.conditions?.find(
    ({ type, status: holds }) => holds === 'True' && (type === 'Complete' || type === 'Failed'),
  );
  if (condition === undefined) return null;
  if (condition.type === 'Complete') return { problem: null };
  return {
    problem: `the Job ${metadata?.name ?? ''} failed: ${condition.reason ?? ''} ${condition.message ?? ''}`.trim(),
  };
}

async function logOf({ cluster, target }: JobContext, job: string): Promise<string> {
  const { namespace } = target.spec;
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
  const name = items[0]?.metadata?.name;
  if (name === undefined) return '';
  const log = await orNull(cluster.core.readNamespacedPodLog({ name, namespace, tailLines: logLines })).catch(
    () => null,
  );
  return (log ?? '').slice(-logKept);
}
