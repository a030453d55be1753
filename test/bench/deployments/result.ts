/** What became of one deployment, and whether it is what should have. Pure. */
import type { DeploymentState } from '../../../src/domain/state.ts';
import type { Scenario } from './scenarios.ts';
import type { UsersReport } from './users.ts';

export interface Result {
  readonly scenario: string;
  readonly kind: Scenario['kind'];
  readonly namespace: string;
  /** Whether a clean one was promoted, and a faulty one rolled back after its cutover. */
  readonly isRight: boolean;
  /** `promoted`, `rolled back`, `stopped before the cutover`, or what else it ended as. */
  readonly end: string;
  /** Why, in the words of the product. */
  readonly verdict: string;
  readonly seconds: number;
  /** From the first bad answer until the selector was back; null where nothing was switched back, or no user saw anything. */
  readonly backAfterMs: number | null;
  /** Of the soak: far fewer than it has seconds, where the machine was too busy to say much of the product. */
  readonly looks: number | null;
  readonly users: UsersReport | null;
  /** null where none was started. */
  readonly state: DeploymentState | null;
}

export function resultOf({ name, kind }: Scenario, state: DeploymentState, users: UsersReport): Result {
  const end = endOf(state);
  const isRight = end === (kind === 'clean' ? 'promoted' : 'rolled back');
  const back = state.switches.find((record) => record.kind === 'rollback');
  const { firstBadAt } = users;
  const backAt = back === undefined ? null : Date.parse(back.patchedAt);
  return {
    scenario: name,
    kind,
    namespace: state.namespace,
    isRight,
    end,
    verdict: state.failure?.message ?? state.evidence.monitor?.reason ?? state.evidence.soak?.reason ?? 'none',
    seconds: secondsOf(state),
    backAfterMs: backAt === null || firstBadAt === null ? null : Math.round(backAt - firstBadAt),
    looks: state.evidence.soak?.samples ?? null,
    users,
    state,
  };
}

/** One that could not even be tried says nothing about the product, and is never right. */
export function brokenResult({ name, kind }: Pick<Scenario, 'name' | 'kind'>, namespace: string, why: string): Result {
  const nothing = { seconds: 0, backAfterMs: null, looks: null, users: null, state: null };
  return { scenario: name, kind, namespace, isRight: false, end: 'could not be tried', verdict: why, ...nothing };
}

function endOf({ outcome, switches }: DeploymentState): string {
  const isCutOver = switches.some(({ kind }) => kind === 'cutover');
  if (outcome === 'finished') return 'promoted';
  if (outcome !== 'rolled-back') return outcome;
  return isCutOver ? 'rolled back' : 'stopped before the cutover';
}

function secondsOf({ startedAt, finishedAt }: DeploymentState): number {
  return Math.round((Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt)) / 100) / 10;
}
