/** What the demo measured, and whether it is as it should be. */
import type { DeploymentState, SwitchRecord } from '../src/domain/state.ts';
import type { LoadReport } from './load/report.ts';

/** One act of the demo: a deployment, and the mark in the load at which its switches were caused. */
export interface Act {
  readonly name: string;
  readonly state: DeploymentState;
  readonly historyEvents: number;
}

/** The table, as `--json` writes it. Times are milliseconds. */
export interface Measured {
  readonly requestsSent: number;
  /** Dropped or refused by the platform. */
  readonly requestsFailed: number;
  /** Errors that v3 gave on purpose: counted apart. */
  readonly injectedErrors: number;
  readonly appErrors: number;
  readonly retried: number;
  readonly answeredByVersion: Readonly<Record<string, number>>;
  /** The longest time between two consecutive successful answers. */
  readonly longestGapMs: number;
  /** The longest time that the load generator itself did not run. */
  readonly generatorStallMs: number;
  /** The slowest cutover, from the workflow's request until it was verified. */
  readonly cutoverMs: number;
  /** The rollback by hand, from the workflow's request until it was verified. */
  readonly rollbackMs: number;
  /** From the first bad answer that a user got until the selector was back. */
  readonly automaticRollbackMs: number;
  readonly historyEvents: number;
  readonly historyEventsByDeployment: Readonly<Record<string, number>>;
  /** Requests of the worker to the Kubernetes API. */
  readonly kubernetesRequests: number;
  readonly deployments: readonly { readonly name: string; readonly outcome: string; readonly seconds: number }[];
}

export function measure(acts: readonly Act[], load: LoadReport, kubernetesRequests: number): Measured {
  const switches = acts.flatMap(({ state }) => state.switches);
  const byHand = switches.filter(({ kind, by }) => kind === 'rollback' && by !== 'automatic');
  return {
    requestsSent: load.requestsSent,
    requestsFailed: load.requestsFailed,
    injectedErrors: load.injectedErrors,
    appErrors: load.appErrors,
    retried: load.retried,
    answeredByVersion: load.byVersion,
    longestGapMs: round(load.longestGapMs),
    generatorStallMs: round(load.generatorStallMs),
    cutoverMs: slowest(switches.filter(({ kind }) => kind === 'cutover')),
    rollbackMs: slowest(byHand),
    automaticRollbackMs: round(automaticRollback(switches, load)),
    historyEvents: acts.reduce((sum, act) => sum + act.historyEvents, 0),
    historyEventsByDeployment: Object.fromEntries(acts.map((act) => [act.name, act.historyEvents])),
    kubernetesRequests,
    deployments: acts.map(({ name, state }) => ({ name, outcome: state.outcome, seconds: seconds(state) })),
  };
}

/** What was not as it should be, one sentence each; empty when all was. */
export function complaints(measured: Measured): string[] {
  const outcomes = measured.deployments.map(({ outcome }) => outcome).join(', ');
  const expectations: [boolean, string][] = [
    [measured.requestsFailed === 0, `${measured.requestsFailed} requests were dropped or refused`],
    [measured.appErrors === 0, `${measured.appErrors} answers were errors that nobody had injected`],
    [measured.injectedErrors > 0, 'v3 gave no errors, so the automatic rollback was not put to the test'],
    [outcomes === 'rolled-back, finished, rolled-back', `the deployments ended as ${outcomes}`],
    [measured.cutoverMs > 0 && measured.cutoverMs < 10_000, `a cutover took ${measured.cutoverMs} ms`],
    [measured.rollbackMs > 0 && measured.rollbackMs < 30_000, `the rollback took ${measured.rollbackMs} ms`],
    [
      measured.automaticRollbackMs > 0 && measured.automaticRollbackMs < 30_000,
      `the automatic rollback took ${measured.automaticRollbackMs} ms`,
    ],
    [measured.kubernetesRequests > 0, 'the requests to the Kubernetes API could not be counted'],
  ];
  return expectations.filter(([holds]) => !holds).map(([, complaint]) => complaint);
}

function slowest(switches: readonly SwitchRecord[]): number {
  return Math.max(0, ...switches.map(durationOf));
}

function durationOf({ requestToPatchMs, patchToVerifiedMs }: SwitchRecord): number {
  return patchToVerifiedMs === null ? Number.NaN : Math.round(requestToPatchMs + patchToVerifiedMs);
}

function automaticRollback(switches: readonly SwitchRecord[], load: LoadReport): number {
  const back = switches.find(({ kind, by }) => kind === 'rollback' && by === 'automatic');
  const firstBadAt = load.firstInjectedErrorAt;
  return back === undefined || firstBadAt === null ? Number.NaN : Date.parse(back.patchedAt) - firstBadAt;
}

function seconds({ startedAt, finishedAt }: DeploymentState): number {
  return Math.round((Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt)) / 100) / 10;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
