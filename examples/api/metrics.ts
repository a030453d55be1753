import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RouteName } from './routes.ts';
import { routeNames } from './routes.ts';

/** One answered request. */
interface Observation {
  readonly method: string;
  readonly path: RouteName;
  readonly status: number;
  readonly seconds: number;
}

export interface ApiMetrics {
  readonly contentType: string;
  observe(observation: Observation): void;
  /** The Prometheus text of all metrics. */
  render(): Promise<string>;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one process of the API, in a registry of their own. */
export function createMetrics(options: { version: string; openConnections: () => Promise<number> }): ApiMetrics {
  const registers = [new Registry()];
  const registry = registers[0] as Registry;
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, without probes and scrapes',
    labelNames: ['method', 'path', 'status'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to its answer, without probes and scrapes',
    labelNames: ['method', 'path'] as const,
    buckets,
    registers,
  });
  // Series that start at 0: a rate over the first scrapes then misses nothing.
  for (const path of routeNames) {
    requests.inc({ method: 'GET', path, status: path === 'other' ? 404 : 200 }, 0);
    duration.zero({ method: 'GET', path });
  }
  addProcessMetrics(registers, options);
  return {
    contentType: registry.contentType,
    observe({ method, path, status, seconds }) {
      const labels = { method: methods.has(method) ? method : 'other', path };
      requests.inc({ ...labels, status });
      duration.observe(labels, seconds);
    },
    render: async () => await registry.metrics(),
  };
}

/** A few that are cheap to read: the library's default set keeps a 10 ms timer running in every process. */
function addProcessMetrics(
  registers: Registry[],
  { version, openConnections }: { version: string; openConnections: () => Promise<number> },
): void {
  new Gauge({ name: 'api_info', help: 'The running version', labelNames: ['version'] as const, registers }).set(
    { version },
    1,
  );
  new Gauge({
    name: 'http_connections_open',
    help: 'Connections that clients hold open, the one of this scrape included',
    registers,
    async collect() {
      this.set(await openConnections());
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process since the Unix epoch',
    registers,
  }).set(Math.floor(performance.timeOrigin / 1_000));
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1_000_000);
    },
  });
}
