/** How scenarios are chosen: mostly a deployment that comes far, with a few things that go wrong, and then everything. */
import fc from 'fast-check';
import { stepNames } from '../../src/domain/state.ts';
import type { RequestFault } from './model/request-faults.ts';
import type { Action, Happening, Scenario, SpecChoice } from './scenario.ts';
import type { AttemptFault } from './temporal/activity.ts';

const role = fc.constantFrom('stable', 'candidate');

/** The first value twice as often as the others: what lets a deployment come far. */
function mostly<T>(first: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.constantFrom(first, first, ...others);
}

const spec: fc.Arbitrary<SpecChoice> = fc
  .record({
    approval: fc.boolean(),
    automatic: mostly(true, false),
    replicas: fc.integer({ min: 1, max: 3 }),
    minimumReady: fc.option(fc.integer({ min: 1, max: 3 })),
    rollbackMinimumReady: fc.integer({ min: 1, max: 2 }),
    soakMs: fc.constantFrom(0, 3_000, 5_000),
    monitorMs: fc.constantFrom(3_000, 5_000, 0),
    retentionMs: fc.constantFrom(5_000, 0, 600_000),
    drainMs: fc.constantFrom(0, 5_000),
    teardown: fc.constantFrom('delete', 'scale-to-zero'),
    metrics: mostly(true, false),
    identity: mostly(true, false),
    connections: fc.constantFrom(2, 0),
    checks: fc.constantFrom('http', 'none', 'http-and-job'),
    warmUp: fc.boolean(),
    onInsufficientData: fc.constantFrom('rollback', 'continue'),
    secret: fc.boolean(),
  })
  .map((choice) => ({
    ...choice,
    minimumReady: choice.minimumReady === null ? null : Math.min(choice.minimumReady, choice.replicas),
    rollbackMinimumReady: Math.min(choice.rollbackMinimumReady, choice.replicas),
  }));

const requests = fc.integer({ min: 0, max: 12 });

const attemptFault: fc.Arbitrary<AttemptFault> = fc.oneof(
  fc.record({ kind: fc.constantFrom('fails-before', 'fails-after') }),
  fc.record({ kind: fc.constantFrom('dies', 'shutdown'), requests }),
  fc.record({
    kind: fc.constant('unheard'),
    requests,
    ms: fc.integer({ min: 1_000, max: 30_000 }),
    lateMs: fc.constantFrom(0, 100, 3_000, 9_000),
  }),
  fc.record({ kind: fc.constant('twice'), ms: fc.integer({ min: 0, max: 500 }) }),
);

/** Those that change something more often than those that look. */
const activity = fc.constantFrom(
  'cutover',
  'rollback',
  'deploy',
  'cutover',
  'rollback',
  'teardown',
  'drain',
  'monitor',
  'soak',
  'smoke',
  'warmUp',
  'preflight',
);

const few = fc.integer({ min: 0, max: 4 });

const requestFault: fc.Arbitrary<RequestFault> = fc.oneof(
  fc.record({
    on: fc.constant('switch'),
    nth: few,
    kind: fc.constantFrom('answer-lost', 'lost', 'unavailable', 'conflict'),
  }),
  fc.record({
    on: fc.constant('switch'),
    nth: few,
    kind: fc.constantFrom('late', 'slow'),
    ms: fc.constantFrom(500, 4_000, 12_000),
  }),
  fc.record({
    on: fc.constantFrom('read', 'write'),
    nth: fc.integer({ min: 0, max: 120 }),
    kind: fc.constantFrom('lost', 'answer-lost', 'unavailable', 'throttled'),
  }),
  fc.record({ on: fc.constant('write'), nth: fc.integer({ min: 0, max: 12 }), kind: fc.constant('conflict') }),
  fc.record({
    on: fc.constantFrom('read', 'write'),
    nth: fc.integer({ min: 0, max: 120 }),
    kind: fc.constantFrom('late', 'slow'),
    ms: fc.constantFrom(300, 4_000, 12_000),
  }),
  fc.record({
    on: fc.constant('watch'),
    nth: fc.integer({ min: 0, max: 10 }),
    kind: fc.constantFrom('cut', 'stalled'),
    ms: fc.constantFrom(50, 3_000),
  }),
  fc.record({
    on: fc.constant('watch'),
    nth: fc.integer({ min: 0, max: 10 }),
    kind: fc.constantFrom('gone', 'lost', 'unavailable'),
  }),
);

const message: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('message'),
  name: fc.constantFrom('rollback', 'finish', 'approve', 'reject', 'rollback'),
  via: fc.constantFrom('update', 'signal'),
  form: fc.constantFrom('good', 'good', 'empty', 'malformed', 'successor'),
  times: fc.constantFrom(1, 1, 2, 30),
});

const byHand: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('select'), to: fc.constantFrom('stable', 'candidate', 'nothing', 'every slot') }),
  fc.record({ kind: fc.constant('scale'), role, replicas: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ kind: fc.constantFrom('delete', 'edit', 'kill-pods'), role }),
  fc.record({ kind: fc.constantFrom('wipe-annotations', 'take-over', 'label-service', 'label-service') }),
  fc.record({
    kind: fc.constant('unready'),
    role,
    pods: fc.integer({ min: 1, max: 3 }),
    ms: fc.constantFrom(200, 2_000, 40_000),
  }),
);

const step = fc.constantFrom('cutover', 'monitor', 'retention', 'rollback', 'approval', ...stepNames);

function happening(what: fc.Arbitrary<Action>): fc.Arbitrary<Happening> {
  return fc.record({
    in: step,
    afterMs: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constantFrom(500, 2_000, 6_000)),
    what,
  });
}

const cancel: fc.Arbitrary<Action> = fc.constant({ kind: 'cancel' });

const base = {
  seed: fc.nat(),
  spec,
  first: mostly(false, false, true),
  leftover: mostly(false, true),
  usersPerSecond: mostly(20, 0),
  candidate: fc.record({
    kind: fc.constantFrom(
      ...Array.from({ length: 12 }, () => 'healthy' as const),
      'errors',
      'errors-under-traffic',
      'errors-under-traffic',
      'slow',
      'smoke-fails',
      'no-metrics',
      'never-ready',
      'crash-loop',
      'pull-error',
    ),
    startMs: fc.integer({ min: 50, max: 800 }),
    readyMs: fc.integer({ min: 50, max: 1_500 }),
  }),
  approvesAfterMs: fc.constantFrom(500, 50, 4_000, null),
  lastWord: fc.constantFrom('finish', 'rollback'),
} as const;

function scenarios(parts: {
  attempts: number;
  requests: number;
  messages: number;
  hands: number;
}): fc.Arbitrary<Scenario> {
  const fault = fc.record({ activity, nth: fc.integer({ min: 0, max: 2 }), fault: attemptFault });
  return fc
    .record({
      ...base,
      attemptFaults: fc.array(fault, { maxLength: parts.attempts }),
      requestFaults: fc.array(requestFault, { maxLength: parts.requests }),
      messages: fc.array(happening(fc.oneof({ weight: 5, arbitrary: message }, { weight: 1, arbitrary: cancel })), {
        maxLength: parts.messages,
      }),
      hands: fc.array(happening(byHand), { maxLength: parts.hands }),
    })
    .map(({ messages, hands, ...scenario }) => ({ ...scenario, happenings: [...messages, ...hands] }));
}

/** Sequences of all kinds. Those in which little goes wrong are judged by the strictest rules. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.oneof(
  scenarios({ attempts: 2, requests: 3, messages: 0, hands: 0 }),
  scenarios({ attempts: 0, requests: 0, messages: 3, hands: 0 }),
  scenarios({ attempts: 2, requests: 2, messages: 2, hands: 0 }),
  scenarios({ attempts: 0, requests: 0, messages: 0, hands: 1 }),
  scenarios({ attempts: 1, requests: 1, messages: 1, hands: 2 }),
  scenarios({ attempts: 3, requests: 5, messages: 4, hands: 3 }),
);
