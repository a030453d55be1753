import { describe, expect, test } from 'vitest';
import { nodeAddress, PodAddressPool, podTwin, serviceTwin } from '../../../sandbox/node/addresses.ts';

const network = { podPrefix: '10.11', podTwinPrefix: '127.11', servicePrefix: '10.12', serviceTwinPrefix: '127.12' };

describe('loopback twins', () => {
  test('a pod and a cluster IP have the twin with the same last two octets', () => {
    expect(podTwin(network, '10.11.3.4')).toBe('127.11.3.4');
    expect(serviceTwin(network, '10.12.200.9')).toBe('127.12.200.9');
  });

  test('an address of another block, or of the node itself, has none', () => {
    expect(podTwin(network, '10.111.3.4')).toBeUndefined();
    expect(podTwin(network, '10.12.3.4')).toBeUndefined();
    expect(podTwin(network, '169.254.169.254')).toBeUndefined();
    expect(podTwin(network, '10.11.3.4.evil.example')).toBeUndefined();
    expect(podTwin(network, nodeAddress(network))).toBeUndefined();
  });
});

describe('the address pool', () => {
  test('uses an address that was given back only after all the others', () => {
    const pool = new PodAddressPool('10.11');
    const first = pool.take();
    pool.release(first);
    const rest = new Set(Array.from({ length: 64_769 }, () => pool.take()));
    expect(rest.size).toBe(64_769);
    expect(rest).not.toContain(first);
    expect(pool.take()).toBe(first);
    expect(() => pool.take()).toThrow(/all 64770 pod addresses/);
  });

  test('gives a pod the address that it had, where that is free', () => {
    const pool = new PodAddressPool('10.11');
    expect(pool.take('10.11.7.7')).toBe('10.11.7.7');
    expect(pool.take('10.11.7.7')).not.toBe('10.11.7.7');
    expect(pool.take('10.99.7.7')).toMatch(/^10\.11\./);
  });
});
