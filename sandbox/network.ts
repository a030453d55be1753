import type { Server } from 'node:net';
import { listen } from './free-ports.ts';
import type { NetworkPlan } from './node/addresses.ts';

/** The loopback blocks of this sandbox, held against other sandboxes of this machine until `release`. */
export interface HeldNetwork {
  readonly plan: NetworkPlan;
  release(): void;
}

const lockPort = 10_249;
const firstBlock = 64;
const lastBlock = 250;

/** Takes two blocks that no other sandbox uses: one for pods, one for Services. */
export async function holdNetwork(): Promise<HeldNetwork> {
  for (let block = firstBlock; block < lastBlock; block += 2) {
    const lock = await tryListen(`127.${block}.0.1`);
    if (lock === null) continue;
    lock.unref();
    const plan = {
      podPrefix: `10.${block}`,
      podTwinPrefix: `127.${block}`,
      servicePrefix: `10.${block + 1}`,
      serviceTwinPrefix: `127.${block + 1}`,
    };
    return { plan, release: () => void lock.close() };
  }
  throw new Error(`every loopback block from 127.${firstBlock}.0.0 on is taken by other sandboxes, or cannot be bound`);
}

async function tryListen(host: string): Promise<Server | null> {
  try {
    return await listen(host, lockPort);
  } catch {
    return null;
  }
}
