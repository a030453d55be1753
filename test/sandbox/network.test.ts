import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts, listen } from '../../sandbox/free-ports.ts';
import { holdNetwork, type HeldNetwork } from '../../sandbox/network.ts';

const held: HeldNetwork[] = [];
afterEach(() => {
  for (const network of held.splice(0)) network.release();
});

async function hold(): Promise<HeldNetwork> {
  const network = await holdNetwork();
  held.push(network);
  return network;
}

describe('the network of a sandbox', () => {
  it('shares no address block and no port with another one', async () => {
    const [one, other] = [await hold(), await hold()];
    const blocks = [one, other].flatMap(({ plan }) => Object.values(plan));
    expect(new Set(blocks).size).toBe(blocks.length);
    const ports = (await Promise.all([one, one, other, other].map((network) => network.takePorts(3)))).flat();
    expect(new Set(ports).size).toBe(12);
  });

  it('has loopback twins in the same place of their block', async () => {
    const { plan } = await hold();
    expect(plan.podTwinPrefix).toBe(plan.podPrefix.replace(/^10/, '127'));
    expect(plan.serviceTwinPrefix).toBe(plan.servicePrefix.replace(/^10/, '127'));
  });
});

describe('free ports', () => {
  it('pass over one that is taken, and come from elsewhere where the range has too few', async () => {
    const taken = await listen('127.0.0.1', 0);
    const { port } = taken.address() as AddressInfo;
    const ports = await freePorts(2, { from: port, to: port + 1 });
    expect(ports).not.toContain(port);
    expect(new Set(ports).size).toBe(2);
    taken.close();
  });
});
