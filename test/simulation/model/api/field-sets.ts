/**
 * The fields of an object as server-side apply sees them: maps are taken apart, lists with keys too, everything else is one
 * field.
 */

export type Plain = Record<string, unknown>;

/** Lists whose items are told apart by a key, by the name of the field. */
const listKeys: Readonly<Record<string, readonly (readonly string[])[]>> = {
  containers: [['name']],
  initContainers: [['name']],
  volumes: [['name']],
  env: [['name']],
  imagePullSecrets: [['name']],
  volumeMounts: [['mountPath']],
  ownerReferences: [['uid']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  // Those of a container, then those of a Service.
  ports: [
    ['containerPort', 'protocol'],
    ['port', 'protocol'],
  ],
};

/** Maps that belong to one manager as a whole. */
const atomic: ReadonlySet<string> = new Set(['selector', 'labelSelector', 'nodeSelector']);

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value of a field is taken apart. */
export function isGranular(name: string, value: unknown): value is Plain {
  return isPlain(value) && !atomic.has(name);
}

/** By which keys the items of a list are told apart; null for a list that is one field. */
export function keysOf(name: string, list: readonly unknown[]): readonly string[] | null {
  const candidates = listKeys[name] ?? [];
  return candidates.find((keys) => list.every((item) => isPlain(item) && Object.hasOwn(item, keys[0] ?? ''))) ?? null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `[containerPort=8080,protocol=TCP]`. */
export function itemKey(item: unknown, keys: readonly string[]): string {
  const fields = item as Plain;
  return `[${keys.map((key) => `${key}=${text(fields[key] ?? (key === 'protocol' ? 'TCP' : ''))}`).join(',')}]`;
}

export const separator = '\u0000';

/** Every field by its path; the value is what the field has. */
export function fieldsOf(object: Plain): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  collect(fields, '', '', object);
  return fields;
}

function collect(fields: Map<string, unknown>, path: string, name: string, value: unknown): void {
  if (isGranular(name, value) && Object.keys(value).length > 0) {
    for (const [key, part] of Object.entries(value)) collect(fields, `${path}${separator}${key}`, key, part);
    return;
  }
  const keys = Array.isArray(value) ? keysOf(name, value) : null;
  if (keys === null || !Array.isArray(value) || value.length === 0) {
    fields.set(path, value);
    return;
  }
  for (const item of value) collect(fields, `${path}${separator}${itemKey(item, keys)}`, '', item);
}
