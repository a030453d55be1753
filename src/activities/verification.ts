/**
 * Whether a switch has arrived: the EndpointSlices hold exactly the slot's ready pods, and fresh connections to the
 * production Service are answered, by that slot where answers name their version.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deadlines, isOver } from '../domain/deadline.ts';
import { slotName, type Slot } from '../domain/slot.ts';
import type { Spec } from '../domain/spec.ts';
import { traced, withTrace, type Access } from '../kubernetes/access/index.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { waitForEndpoints } from '../kubernetes/endpoints.ts';
import { describeApiError } from '../kubernetes/errors.ts';
import { noSlot } from '../kubernetes/production.ts';
import { report, type Attempt } from './attempt.ts';
import { identityOf, type Answer } from './identity.ts';
import type { SwitchInput } from './contract.ts';

export interface VerifiedSwitch {
  readonly kind: 'cutover' | 'rollback';
  readonly input: Pick<SwitchInput, 'spec'>;
  readonly from: Slot | null;
  readonly to: Slot | null;
}

export interface Verification {
  readonly verified: boolean;
  /** What was verified, or what could not be. */
  readonly sentence: string;
}

interface Limits {
  readonly attempt: Attempt;
  readonly timeoutMs: number;
}

interface Dependencies {
  readonly cluster: Cluster;
  readonly access: Access;
}

const betweenRoundsMs = 200;
const requestTimeoutMs = 5_000;
/** Also where the time is almost over. */
const leastRequestTimeoutMs = 300;

/** Verifies a switch; never rejects because of what it finds, only when the attempt is to stop. */
export async function verifySwitch(
  { cluster, access }: Dependencies,
  made: VerifiedSwitch,
  { attempt, timeoutMs }: Limits,
): Promise<Verification> {
  const { spec } = made.input;
  const deadline = performance.now() + timeoutMs;
  report(attempt, made.kind, { summary: `${spec.service} is switched; verifying that the traffic arrives` });
  const slot = made.to === null ? null : { namespace: spec.namespace, app: spec.app, slot: made.to };
  const endpoints = await waitForEndpoints(cluster, spec, slot, { timeoutMs, signal: attempt.signal });
  if (!endpoints.exact) {
    const late = endpoints.isLate === true ? `${isOver(deadlines.cutover(spec))}, and ` : '';
    return { verified: false, sentence: late + endpoints.difference };
  }
  if (made.to === null) return { verified: true, sentence: noSlotIsLive(spec) };
  const name = slotName(spec.app, made.to);
  const slices = `the EndpointSlices hold exactly the ${endpoints.endpoints} ready pods of ${name}`;
  if (spec.cutover.verify.connections === 0) return { verified: true, sentence: slices };
  const probe: Probe = (service) => {
    const leftMs = Math.max(leastRequestTimeoutMs, deadline - performance.now());
    return ask(access, spec, service, { timeoutMs: Math.min(requestTimeoutMs, leftMs), signal: attempt.signal });
  };
  const connections = await verifyConnections(probe, made, deadline, attempt);
  return { verified: connections.verified, sentence: `${slices}; ${connections.sentence}` };
}

/** The manifest of the Service may name a slot: that gets no users before a deployment has passed. */
function noSlotIsLive({ service }: Spec): string {
  return `no slot is live, as before the deployment: the Service "${service}" selects version ${noSlot} until one has passed, and the EndpointSlices are empty`;
}

/** Asks a Service on a connection of its own. */
type Probe = (service: string) => Promise<Probed>;

interface Probed {
  /** The reason as text where there is none. */
  readonly answer: Answer | string;
  readonly traceId: string | null;
}

/** Rounds of fresh connections, until one round is as it should be or the time is over. */
async function verifyConnections(
  probe: Probe,
  made: VerifiedSwitch,
  deadline: number,
  attempt: Attempt,
): Promise<Verification> {
  const { spec } = made.input;
  const { connections } = spec.cutover.verify;
  const amiss: string[] = [];
  for (;;) {
    attempt.signal.throwIfAborted();
    const expected = await expectedIdentity(probe, made);
    const answers = await Promise.all(Array.from({ length: connections }, () => probe(spec.service)));
    const wrong = answers.flatMap((probed) => wrongOf(probed, spec, expected) ?? []);
    if (expected.kind === 'unknown') wrong.push(expected.words);
    if (wrong.length === 0) {
      const before = amiss.length === 0 ? '' : ` (${amiss.length} before were not: ${amiss[0]})`;
      return { verified: true, sentence: `${connections} fresh connections were answered${expected.words}${before}` };
    }
    amiss.push(...wrong);
    if (performance.now() >= deadline) {
      const late = isOver(deadlines.cutover(spec));
      const sentence = `${late}, and fresh connections were not answered as they should: ${wrong[0] ?? ''}`;
      return { verified: false, sentence };
    }
    await sleep(betweenRoundsMs);
  }
}

type Expected =
  | { readonly kind: 'none' | 'unknown'; readonly words: string }
  | { readonly kind: 'known'; readonly identity: string; readonly words: string };

/** What the slot answers through its own preview Service, and whether the other slot can be told from it. */
async function expectedIdentity(probe: Probe, made: VerifiedSwitch): Promise<Expected> {
  const { spec } = made.input;
  const { identity } = spec.cutover.verify;
  if (identity === undefined || made.to === null) return { kind: 'none', words: '' };
  const name = slotName(spec.app, made.to);
  const { answer, traceId } = await probe(name);
  const own = typeof answer === 'string' ? null : identityOf(answer, identity);
  if (own === null) {
    const why = withTrace(typeof answer === 'string' ? answer : 'its answer does not name it', traceId);
    return { kind: 'unknown', words: `the identity of ${name} could not be read through its preview Service: ${why}` };
  }
  // A rollback asks nothing of the candidate.
  const asksOther = made.kind === 'cutover' && made.from !== null;
  const other = asksOther && made.from !== null ? (await probe(slotName(spec.app, made.from))).answer : null;
  const same = other !== null && typeof other !== 'string' && identityOf(other, identity) === own;
  const words = ` as ${own}${same ? ', as the other slot does too, so that it tells nothing' : ''}`;
  return { kind: 'known', identity: own, words };
}

/** What is wrong with an answer, and its trace; or null. */
function wrongOf({ answer, traceId }: Probed, spec: Spec, expected: Expected): string | null {
  const wrong = disappointmentOf(answer, spec, expected);
  return wrong === null ? null : withTrace(wrong, traceId);
}

function disappointmentOf(answer: Answer | string, spec: Spec, expected: Expected): string | null {
  if (typeof answer === 'string') return answer;
  if (answer.status >= 500) return `status ${answer.status}`;
  const { identity } = spec.cutover.verify;
  if (identity === undefined || expected.kind !== 'known') return null;
  const found = identityOf(answer, identity);
  return found === expected.identity ? null : `answered as ${found ?? 'nobody'} instead of ${expected.identity}`;
}

async function ask(
  access: Access,
  spec: Spec,
  service: string,
  within: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Probed> {
  const { request, traceId } = traced({ path: spec.cutover.verify.path });
  try {
    const target = { kind: 'service', namespace: spec.namespace, name: service } as const;
    return {
      answer: await access[spec.access].request(target, request, { freshConnection: true, ...within }),
      traceId,
    };
  } catch (error) {
    return { answer: describeApiError(error), traceId };
  }
}
