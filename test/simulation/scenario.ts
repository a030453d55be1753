/** One sequence before it runs: everything that is left to chance is decided here, so that it can be repeated and shrunk. */
import type { MessageName } from '../../src/domain/message.ts';
import type { Spec, SpecInput } from '../../src/domain/spec.ts';
import type { StepName } from '../../src/domain/state.ts';
import type { RequestFault } from './model/request-faults.ts';
import type { BehaviourKind } from './model/workload.ts';
import type { AttemptFault } from './temporal/activity.ts';

export const app = 'api';
export const service = 'api-service';

export type Role = 'stable' | 'candidate';

export type Action =
  | {
      readonly kind: 'message';
      readonly name: MessageName;
      readonly via: 'update' | 'signal';
      readonly form: 'good' | 'empty' | 'malformed' | 'successor';
      /** So many times in a row. */
      readonly times: number;
    }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'select'; readonly to: Role | 'nothing' | 'every slot' }
  | { readonly kind: 'scale'; readonly role: Role; readonly replicas: number }
  | { readonly kind: 'delete'; readonly role: Role }
  | { readonly kind: 'edit'; readonly role: Role }
  | { readonly kind: 'wipe-annotations' }
  /** Another deployment claims the Service. */
  | { readonly kind: 'take-over' }
  | { readonly kind: 'label-service' }
  /** So many of the role's pods are not ready for this long. */
  | { readonly kind: 'unready'; readonly role: Role; readonly pods: number; readonly ms: number }
  | { readonly kind: 'kill-pods'; readonly role: Role };

/** What happens so long after a step has begun. */
export interface Happening {
  readonly in: StepName;
  readonly afterMs: number;
  readonly what: Action;
}

export interface SpecChoice {
  readonly approval: boolean;
  readonly automatic: boolean;
  readonly replicas: number;
  readonly minimumReady: number | null;
  readonly rollbackMinimumReady: number;
  readonly soakMs: number;
  readonly monitorMs: number;
  readonly retentionMs: number;
  readonly drainMs: number;
  readonly teardown: 'delete' | 'scale-to-zero';
  readonly metrics: boolean;
  readonly identity: boolean;
  readonly connections: number;
  readonly checks: 'none' | 'http' | 'http-and-job';
  readonly warmUp: boolean;
  readonly onInsufficientData: 'rollback' | 'continue';
  readonly secret: boolean;
}

export interface Scenario {
  /** Of the times that things take. */
  readonly seed: number;
  readonly spec: SpecChoice;
  readonly first: boolean;
  readonly leftover: boolean;
  readonly usersPerSecond: number;
  readonly candidate: { readonly kind: BehaviourKind; readonly startMs: number; readonly readyMs: number };
  /** When an operator approves, where that is asked for; null: nobody does. */
  readonly approvesAfterMs: number | null;
  /** What an operator says at last to a deployment that waits for nobody else. */
  readonly lastWord: 'finish' | 'rollback';
  readonly attemptFaults: readonly { readonly activity: string; readonly nth: number; readonly fault: AttemptFault }[];
  readonly requestFaults: readonly RequestFault[];
  readonly happenings: readonly Happening[];
}

/** The spec as a user would have written it. */
export function specOf({ spec, first }: Scenario): SpecInput {
  const secret = { 'x-api-key': { secretKeyRef: { name: 'probe', key: 'token' } } };
  const headers = spec.secret ? { headers: secret } : {};
  const http = { name: 'health', http: { path: '/smoke', ...headers, expect: { status: 200 } } };
  const job = { name: 'job', job: { podSpec: { containers: [{ name: 'check', image: 'check:1' }] } } };
  const watch = { interval: '1s', minimumRequests: 5, extension: '0s', onInsufficientData: spec.onInsufficientData };
  return {
    app,
    service,
    candidate: first ? { manifest: manifestOf() as never } : { image: 'app:v2' },
    replicas: spec.replicas,
    warmUp: { requests: spec.warmUp ? [{ path: '/', count: 2, ...headers }] : [] },
    smoke: { checks: { none: [], http: [http], 'http-and-job': [http, job] }[spec.checks] },
    soak: {
      ...watch,
      duration: ms(spec.soakMs),
      traffic: { requestsPerSecond: 4, requests: [{ path: '/' }] },
    },
    monitor: { ...watch, duration: ms(spec.monitorMs) },
    approval: { required: spec.approval, timeout: '2m' },
    cutover: {
      ...(spec.minimumReady === null ? {} : { minimumReady: spec.minimumReady }),
      verify: {
        connections: spec.connections,
        ...(spec.identity ? { identity: { header: 'x-version' } } : {}),
      },
    },
    ...(spec.metrics ? {} : { metrics: 'none' as const }),
    rollback: { automatic: spec.automatic, minimumReady: spec.rollbackMinimumReady },
    retention: ms(spec.retentionMs),
    drain: ms(spec.drainMs),
    teardown: spec.teardown,
    timeouts: { deploy: '30s', cutover: '1m', rollback: '1m', smoke: '1m', warmUp: '30s', teardown: '1m' },
  };
}

/** How many ready pods a slot has to have to get traffic. */
export function demandedPods(spec: Spec, kind: 'cutover' | 'rollback'): number {
  return kind === 'cutover' ? (spec.cutover.minimumReady ?? spec.replicas ?? 1) : spec.rollback.minimumReady;
}

function ms(duration: number): string {
  return `${duration}ms`;
}

function manifestOf(): object {
  const container = { name: app, image: 'app:v2', readinessProbe: { httpGet: { path: '/' } } };
  return { kind: 'Deployment', spec: { template: { spec: { containers: [container] } } } };
}
