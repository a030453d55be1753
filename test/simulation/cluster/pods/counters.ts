/** What a pod counts of the requests that it answers, and its page for Prometheus. */

/** Upper bounds in seconds. */
const bounds = [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

export interface Counted {
  readonly requests: number;
  readonly errors: number;
}

export class PodCounters {
  #requests = 0;
  #errors = 0;
  /** By bound, not cumulative; the last is what took longer. */
  readonly #buckets: number[] = Array.from({ length: bounds.length + 1 }, () => 0);
  readonly #startedAt: number;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Fractions of requests are kept, so that traffic may be told in shares; a page shows whole ones. */
  add(requests: number, errorRate: number, latencyMs: number): Counted {
    const errors = requests * errorRate;
    this.#requests += requests;
    this.#errors += errors;
    const index = bounds.findIndex((bound) => latencyMs / 1_000 <= bound);
    const bucket = index < 0 ? bounds.length : index;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + requests;
    return { requests, errors };
  }

  page(): string {
    const failed = Math.floor(this.#errors + 1e-6);
    const all = Math.floor(this.#requests + 1e-6);
    let below = 0;
    const buckets = [...bounds.map(String), '+Inf'].map((bound, index) => {
      below += this.#buckets[index] ?? 0;
      return `http_request_duration_seconds_bucket{le="${bound}"} ${Math.floor(below + 1e-6)}`;
    });
    return [
      '# TYPE http_requests_total counter',
      `http_requests_total{status="200"} ${all - failed}`,
      `http_requests_total{status="500"} ${failed}`,
      '# TYPE http_request_duration_seconds histogram',
      ...buckets,
      `http_request_duration_seconds_count ${all}`,
      `process_start_time_seconds ${Math.floor(this.#startedAt / 1_000)}`,
      '',
    ].join('\n');
  }
}
