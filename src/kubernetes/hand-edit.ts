/** Who has changed the production selector, as far as the API server tells. */
import { DeploymentError } from '../domain/failure.ts';
import type { HandEdit } from '../domain/hand-edit.ts';
import { describeSelector, namesSlot, type ProductionService } from './production.ts';

/**
 * The selector as it is now, with the field manager that set it last and when. `isServed` is false where it reaches no
 * pod, though it may name a slot.
 */
export function selectorEdit(
  { slot, selector, object }: ProductionService,
  app: string,
  { isServed = true }: { readonly isServed?: boolean } = {},
): HandEdit {
  const managers = (object.metadata?.managedFields ?? []).filter(({ fieldsV1 }) => ownsSelector(fieldsV1));
  const [last] = managers.toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''));
  const at = Date.parse(last?.time ?? '');
  return {
    slot: isServed && slot !== null && namesSlot(selector, app, slot) ? slot : null,
    selector: describeSelector(selector),
    by: last?.manager ?? null,
    at: Number.isNaN(at) ? null : new Date(at).toISOString(),
  };
}

/** DeploymentError('SelectorChanged') that carries the change for the record. */
export function selectorChanged(
  live: ProductionService,
  app: string,
  message: string,
  as: { readonly isServed?: boolean } = {},
): DeploymentError {
  return new DeploymentError('SelectorChanged', message, { edit: selectorEdit(live, app, as) });
}

/** `fieldsV1` is a tree of the fields that a manager has set, each named `f:<field>`. */
function ownsSelector(fieldsV1: unknown): boolean {
  const spec = fieldOf(fieldsV1, 'f:spec');
  return fieldOf(spec, 'f:selector') !== undefined;
}

function fieldOf(tree: unknown, field: string): unknown {
  return typeof tree === 'object' && tree !== null ? (tree as Record<string, unknown>)[field] : undefined;
}
