/** What goes wrong on purpose in one process of the example API. */
export interface Faults {
  /** The share of requests, 0 to 1, that are answered with 500. */
  readonly errorRate: number;
  /** Added to each answer. */
  readonly latencyMs: number;
  /** errorRate and latencyMs apply only while this process receives more than that; 0 means always. */
  readonly onlyAboveRequestsPerSecond: number;
  /** Whether `/healthz` never says ready. */
  readonly unready: boolean;
  /** Whether the critical endpoint `/api/items` is missing (404). */
  readonly itemsMissing: boolean;
  /** Exit with an error so long after the start or after the request that asks for it; null means never. */
  readonly crashAfterMs: number | null;
  /** So much memory is taken beside what the process needs, in MiB. */
  readonly memoryMiB: number;
}

export const noFaults: Faults = {
  errorRate: 0,
  latencyMs: 0,
  onlyAboveRequestsPerSecond: 0,
  unready: false,
  itemsMissing: false,
  crashAfterMs: null,
  memoryMiB: 0,
};

/** The faults that a version's suffix brings: `v2.0-slow` is slow. */
export const faultsBySuffix: Readonly<Record<string, Partial<Faults>>> = {
  crash: { crashAfterMs: 0 },
  'crash-later': { crashAfterMs: 5_000 },
  unready: { unready: true },
  slow: { latencyMs: 1_500 },
  // One answer in five: the first four are good, so that short checks pass and longer watches do not.
  errors: { errorRate: 0.2 },
  // Above the few requests a second of a soak, below a tenth of production traffic.
  'errors-in-production': { errorRate: 0.3, onlyAboveRequestsPerSecond: 8 },
  'failing-smoke': { itemsMissing: true },
};

const suffixByRelease: Readonly<Record<string, string>> = { 'v3.0': 'errors-in-production' };

/** The faults of a version such as `v1.0`, `v2.0-crash` or `v3.0`; no faults for a suffix that is not in the table. */
export function faultsOfVersion(version: string): Faults {
  const dash = version.indexOf('-');
  const suffix = dash < 0 ? suffixByRelease[version] : version.slice(dash + 1);
  return { ...noFaults, ...(suffix !== undefined && faultsBySuffix[suffix]) };
}

/** Faults that cannot be understood; the message names the field. */
export class FaultsError extends Error {
  override readonly name = 'FaultsError';
}

/**
 * `current` changed by a JSON object with any of the fields of Faults, or with `crash: true` (short for crashAfterMs 0).
 * Throws FaultsError.
 */
export function changeFaults(current: Faults, json: string): Faults {
  let faults = current;
  for (const [name, value] of Object.entries(parseObject(json))) faults = { ...faults, ...fieldOf(name, value) };
  return faults;
}

function parseObject(json: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FaultsError(`faults are not JSON (${(error as Error).message}): write {"errorRate": 0.1}`, {
      cause: error,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FaultsError('faults are not an object: write {"errorRate": 0.1}');
  }
  return value;
}

function fieldOf(name: string, value: unknown): Partial<Faults> {
  switch (name) {
    case 'errorRate':
      return { errorRate: numberUpTo(1, name, value) };
    case 'latencyMs':
      return { latencyMs: numberUpTo(60_000, name, value) };
    case 'onlyAboveRequestsPerSecond':
      return { onlyAboveRequestsPerSecond: numberUpTo(1_000_000, name, value) };
    case 'crashAfterMs':
      return { crashAfterMs: value === null ? null : numberUpTo(86_400_000, name, value) };
    case 'crash':
      return { crashAfterMs: trueOrFalse(name, value) ? 0 : null };
    case 'memoryMiB':
      return { memoryMiB: numberUpTo(4_096, name, value) };
    case 'unready':
      return { unready: trueOrFalse(name, value) };
    case 'itemsMissing':
      return { itemsMissing: trueOrFalse(name, value) };
    default:
      throw new FaultsError(`fault ${name} is not known: use ${Object.keys(noFaults).join(', ')} or crash`);
  }
}

function numberUpTo(maximum: number, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= maximum) return value;
  throw new FaultsError(`fault ${name} must be a number from 0 to ${maximum}`);
}

function trueOrFalse(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new FaultsError(`fault ${name} must be true or false`);
}
