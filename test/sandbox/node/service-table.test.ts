import { describe, expect, test } from 'vitest';
import { serviceOfHostname, servicePorts } from '../../../sandbox/node/service-table.ts';

describe('the ports of a Service', () => {
  const metadata = { name: 'api', namespace: 'shop' };

  test('are those of TCP', () => {
    const ports = [{ port: 80 }, { name: 'dns', port: 53, protocol: 'UDP' }];
    expect(servicePorts({ metadata, spec: { clusterIP: '10.12.1.1', ports } })).toEqual([
      { service: 'shop/api', clusterIP: '10.12.1.1', port: 80, name: '' },
    ]);
  });

  test('are none without a cluster IP', () => {
    expect(servicePorts({ metadata, spec: { clusterIP: 'None', ports: [{ port: 80 }] } })).toEqual([]);
    expect(servicePorts({ metadata, spec: { type: 'ExternalName', externalName: 'example.com' } })).toEqual([]);
  });
});

test('a Service is found by its names in the cluster and by nothing else', () => {
  for (const name of ['api.shop', 'api.shop.svc', 'api.shop.svc.cluster.local', 'API.shop.svc.cluster.local.']) {
    expect(serviceOfHostname(name)).toBe('shop/api');
  }
  for (const name of ['api', '10.12.1.1', 'api.shop.example.com', 'api.shop.svc.cluster.local.example.com']) {
    expect(serviceOfHostname(name)).toBeUndefined();
  }
});
