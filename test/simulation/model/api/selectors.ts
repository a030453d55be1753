/** Label and field selectors, as far as equality and existence go. */
import type { ApiObject } from './kinds.ts';
import { Refusal } from './refusal.ts';

export type Matches = (object: ApiObject) => boolean;

interface Selectors {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Whether an object is selected by both. Throws a Refusal for what the model does not understand. */
export function selecting({ labelSelector, fieldSelector }: Selectors): Matches {
  const labels = partsOf(labelSelector).map(labelTest);
  const fields = partsOf(fieldSelector).map(fieldTest);
  return (object) => [...labels, ...fields].every((test) => test(object));
}

/** Whether labels are selected as a Service selects pods: by every pair. */
export function hasLabels(object: ApiObject, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([name, value]) => object.metadata.labels?.[name] === value);
}

function partsOf(selector: string | undefined): string[] {
  return (selector ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function labelTest(part: string): Matches {
  const [, name = '', operator, value = ''] = /^([^=!\s(]+)(==|=|!=)?(\S*)$/.exec(part.replaceAll(' ', '')) ?? [];
  const [, absent] = /^!(\S+)$/.exec(part) ?? [];
  if (absent !== undefined) return ({ metadata }) => metadata.labels?.[absent] === undefined;
  if (name === '') throw new Refusal('BadRequest', `the model does not understand the label selector "${part}"`);
  switch (operator) {
    case undefined:
      return ({ metadata }) => metadata.labels?.[name] !== undefined;
    case '!=':
      return ({ metadata }) => metadata.labels?.[name] !== value;
    default:
      return ({ metadata }) => metadata.labels?.[name] === value;
  }
}

function fieldTest(part: string): Matches {
  const [, field = '', value = ''] = /^([^=!]+)==?([^=]*)$/.exec(part) ?? [];
  switch (field) {
    case 'metadata.name':
      return ({ metadata }) => metadata.name === value;
    case 'metadata.namespace':
      return ({ metadata }) => metadata.namespace === value;
    case 'type':
      // Of events; the model's other kinds are never asked for it.
      return (object) => 'type' in object && object.type === value;
    default:
      throw new Refusal('BadRequest', `field label not supported: ${field}`);
  }
}
