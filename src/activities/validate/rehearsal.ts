/** Whether preflight would refuse the deployment, as the cluster is now. */
import type { Spec } from '../../domain/spec.ts';
import type { Facts } from '../../kubernetes/preflight/facts.ts';
import { ownershipProblems } from '../../kubernetes/preflight/ownership.ts';
import type { Plan } from '../../kubernetes/preflight/plan.ts';
import { rehearse } from '../rehearsal.ts';
import { mistake, note, orMistake, together, type Found, type Validation } from './context.ts';

export function rehearsalFound({ dependencies, spec, signal }: Validation, facts: Facts): Promise<Found> {
  return orMistake('candidate', signal, async () => {
    const rehearsal = await rehearse(dependencies.cluster, { spec, runId: '', facts, deleteUnmanaged: true });
    if (rehearsal.ok) return note(...inTheWay(spec, facts, rehearsal.plan));
    return together(rehearsal.problems.map(({ path, message }) => mistake(path, withoutPath(path, message))));
  });
}

/** What only the caller of a deployment can say to remove. */
function inTheWay(spec: Spec, { production, slots }: Facts, { candidateSlot }: Plan): string[] {
  return production === null ? [] : ownershipProblems(spec, candidateSlot, slots[candidateSlot], production);
}

/** Preflight's messages name the field themselves; here it goes before each. */
function withoutPath(path: string, message: string): string {
  return path !== '' && message.startsWith(`${path} `) ? message.slice(path.length + 1) : message;
}
