/** Where a worker lets itself be observed, by the environment: its probes and its metrics. */
import { UsageError } from './errors.ts';

export interface ObservedAt {
  /** Where `/livez` and `/readyz` are served; null for nowhere. */
  readonly healthPort: number | null;
  /** `address:port` where Temporal's metrics of the worker are served; null for nowhere. */
  readonly metricsAddress: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws UsageError that names the variable. */
export function observedAt(env: Environment): ObservedAt {
  return {
    healthPort: healthPort(env['CUTOVER_HEALTH_PORT'] ?? ''),
    metricsAddress: metricsAddress(env['CUTOVER_METRICS_ADDRESS'] ?? ''),
  };
}

function healthPort(text: string): number | null {
  if (text === '') return null;
  if (isPort(text)) return Number(text);
  throw new UsageError(`CUTOVER_HEALTH_PORT is "${text}": it has to be a port, such as 8080`);
}

function metricsAddress(text: string): string | null {
  if (text === '') return null;
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[\d.]+):(\d+)$/i.exec(text) ?? [];
  if (host !== '' && isPort(port)) return text;
  throw new UsageError(
    `CUTOVER_METRICS_ADDRESS is "${text}": it has to be an IP address and a port, such as 0.0.0.0:9464`,
  );
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
