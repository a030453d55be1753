import type { V1EndpointSlice } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import type { Json } from '../../src/kubernetes/api-server.ts';
import { compareEndpoints } from '../../src/kubernetes/endpoints.ts';
import { viewPod } from '../../src/kubernetes/pod.ts';
import { pod } from './objects.ts';

const pods = [pod('a'), pod('b'), pod('c', { ready: false })].map(viewPod);

function slice(endpoints: Record<string, boolean>): Json<V1EndpointSlice> {
  return {
    addressType: 'IPv4',
    endpoints: Object.entries(endpoints).map(([name, ready]) => ({
      addresses: ['10.0.0.1'],
      conditions: { ready },
      targetRef: { kind: 'Pod', name, uid: `uid-${name}` },
    })),
  };
}

it('finds the ready pods in whatever slices they are', () => {
  expect(compareEndpoints([slice({ a: true }), slice({ b: true, c: false })], pods)).toEqual({
    exact: true,
    endpoints: 2,
  });
});

it('counts a pod once, with however many addresses', () => {
  expect(compareEndpoints([slice({ a: true, b: true }), slice({ a: true, b: true })], pods)).toEqual({
    exact: true,
    endpoints: 2,
  });
});

it('sees what is missing and what does not belong there', () => {
  expect(compareEndpoints([slice({ a: true, other: true })], pods)).toEqual({
    exact: false,
    difference: 'the EndpointSlices lack 1 of 2 ready pods and hold 1 others',
  });
});
