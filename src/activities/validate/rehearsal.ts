/** Whether preflight would refuse the deployment, as the cluster is now. */
import type { Facts } from '../../kubernetes/preflight/facts.ts';
import { rehearse } from '../rehearsal.ts';
import { mistake, nothingFound, orMistake, together, type Found, type Validation } from './context.ts';

export function rehearsalFound({ dependencies, spec, signal }: Validation, facts: Facts): Promise<Found> {
  return orMistake('candidate', signal, async () => {
    const rehearsal = await rehearse(dependencies.cluster, { spec, runId: '', facts });
    if (rehearsal.ok) return nothingFound;
    return together(rehearsal.problems.map(({ path, message }) => mistake(path, withoutPath(path, message))));
  });
}

/** Preflight's messages name the field themselves; here it goes before each. */
function withoutPath(path: string, message: string): string {
  return path !== '' && message.startsWith(`${path} `) ? message.slice(path.length + 1) : message;
}
