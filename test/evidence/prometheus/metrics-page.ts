/** A small server in the place of a pod, whose page of metrics a test writes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface MetricsPage {
  readonly address: string;
  /** What its page says from now on; null for an error. */
  text: string | null;
  close(): Promise<void>;
}

export async function serveMetrics(text: string): Promise<MetricsPage> {
  const server = createServer((_request, response) => {
    response.writeHead(page.text === null ? 500 : 200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(page.text ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const page: MetricsPage = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    text,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return page;
}

/** The counters of a pod as `http_requests_total` and `http_request_duration_seconds` have them. */
export function httpPage({ ok, failed, fast }: { ok: number; failed: number; fast: number }): string {
  const all = ok + failed;
  return [
    '# TYPE http_requests_total counter',
    `http_requests_total{status="200"} ${ok}`,
    ...(failed === 0 ? [] : [`http_requests_total{status="503"} ${failed}`]),
    '# TYPE http_request_duration_seconds histogram',
    `http_request_duration_seconds_bucket{le="0.1"} ${fast}`,
    `http_request_duration_seconds_bucket{le="0.5"} ${all}`,
    `http_request_duration_seconds_bucket{le="+Inf"} ${all}`,
    `http_request_duration_seconds_sum ${all * 0.1}`,
    `http_request_duration_seconds_count ${all}`,
    '',
  ].join('\n');
}
