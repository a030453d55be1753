/** Which workers Temporal sends the deployments to, where workers have versions. */
import { isGrpcServiceError } from '@temporalio/client';
import { TemporalCallFailed } from './errors.ts';
import type { Temporal } from './temporal.ts';

/** A version of the worker's code, as Temporal's Worker Versioning names it. */
export interface WorkerVersion {
  /** The worker deployment: all versions of one worker together. */
  readonly deploymentName: string;
  readonly buildId: string;
}

/** The build that new workflow tasks go to; null where that is workers without a version. */
export async function currentBuildId(temporal: Temporal, deploymentName: string): Promise<string | null> {
  try {
    const { workerDeploymentInfo } = await temporal.call(() =>
      temporal.connection.workflowService.describeWorkerDeployment({
        namespace: temporal.settings.namespace,
        deploymentName,
      }),
    );
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? null;
  } catch (error) {
    if (isUnknown(error) || (error instanceof TemporalCallFailed && isUnknown(error.cause))) return null;
    throw error;
  }
}

const notFound = 5;

/** Temporal knows a worker deployment from its first poll on. */
function isUnknown(error: unknown): boolean {
  const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
  return code === notFound;
}
