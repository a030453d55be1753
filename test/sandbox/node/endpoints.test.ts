import type { V1Endpoint, V1EndpointSlice } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { EndpointTable, usableBackends } from '../../../sandbox/node/endpoints.ts';

function slice(name: string, endpoints: V1Endpoint[], port = 8080): V1EndpointSlice {
  return {
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': 'api' } },
    addressType: 'IPv4',
    ports: [{ port }, { name: 'admin', port: 9000 }],
    endpoints,
  };
}

const ready = (address: string): V1Endpoint => ({ addresses: [address], conditions: { ready: true } });
const terminating = (address: string, serving: boolean): V1Endpoint => ({
  addresses: [address],
  conditions: { ready: false, serving, terminating: true },
});

describe('the backends of a port', () => {
  test('are the ready endpoints of all slices, at the port of that name', () => {
    const slices = [slice('a', [ready('10.11.1.1')]), slice('b', [ready('10.11.1.2')], 8081)];
    expect(usableBackends(slices, '')).toEqual([
      { address: '10.11.1.1', port: 8080 },
      { address: '10.11.1.2', port: 8081 },
    ]);
    expect(usableBackends(slices, 'admin').map(({ port }) => port)).toEqual([9000, 9000]);
    expect(usableBackends(slices, 'other')).toEqual([]);
  });

  test('leave out what terminates, unless nothing else serves', () => {
    const going = [terminating('10.11.1.2', true), terminating('10.11.1.3', false)];
    expect(usableBackends([slice('a', [ready('10.11.1.1'), ...going])], '')).toHaveLength(1);
    expect(usableBackends([slice('a', going)], '')).toEqual([{ address: '10.11.1.2', port: 8080 }]);
  });
});

describe('the table', () => {
  test('gives connections to the backends in turn, and follows changes at once', () => {
    const table = new EndpointTable();
    table.changed(slice('a', [ready('10.11.1.1'), ready('10.11.1.2')]));
    const picks = Array.from({ length: 4 }, () => table.pick('shop/api', '')?.address);
    expect(picks).toEqual(['10.11.1.1', '10.11.1.2', '10.11.1.1', '10.11.1.2']);
    table.changed(slice('a', [ready('10.11.1.3')]));
    expect(table.pick('shop/api', '')?.address).toBe('10.11.1.3');
    table.removed(slice('a', []));
    expect(table.pick('shop/api', '')).toBeUndefined();
  });
});
