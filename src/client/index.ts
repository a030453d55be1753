/** The library: what programs and CI use to deploy, to decide and to wait. */
export { connect } from './connect.ts';
export type { CutoverClient, DeploymentKey } from './client.ts';
export {
  ConnectionFailed,
  DeploymentNotFound,
  DeploymentWithoutRecord,
  NoWorker,
  TemporalCallFailed,
  type LastKnown,
} from './errors.ts';
export type { ListedDeployment, ListOptions } from './list.ts';
export type { Answer } from './send-message.ts';
export { taskQueueOf, type Settings, type SettingsOptions } from './settings.ts';
export { describeFileMistakes, type FileMistake } from './file-mistake.ts';
export { readSpecFile, type SpecFile, type SpecFileOptions } from './spec-file.ts';
export type { DeployOptions, DeployResult, InTheWay } from './start.ts';
export { leftBehind } from './undo.ts';
export type { WorkerVersion } from './worker-version.ts';
export type { DeploymentStatus } from './status.ts';
export type { Validated } from './validate.ts';
export type { Milestone, WaitEnd, WaitOptions } from './wait.ts';
export type { Progress } from '../domain/progress.ts';
export type { Spec, SpecInput } from '../domain/spec.ts';
export type { DeploymentState, Outcome, StepName } from '../domain/state.ts';
