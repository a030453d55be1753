import type { Server } from 'node:net';
import type { NetworkPlan } from './node/addresses.ts';
import { freePorts, listen } from './free-ports.ts';

/** The loopback blocks and ports of this sandbox, held against other sandboxes of this machine until `release`. */
export interface HeldNetwork {
  readonly plan: NetworkPlan;
  /** That many ports of 127.0.0.1 that nobody listens on and no other sandbox is given. */
  takePorts(count: number): Promise<number[]>;
  release(): void;
}

const lockPort = 10_249;
const firstBlock = 64;
const lastBlock = 250;
/** Below the ports that the system gives to outgoing connections, which would take one between the look and the use. */
const firstPort = 20_000;
const portsOfABlock = 16;

/** Takes two blocks that no other sandbox uses: one for pods, one for Services. */
export async function holdNetwork(): Promise<HeldNetwork> {
  for (let block = firstBlock; block < lastBlock; block += 2) {
    const lock = await tryListen(`127.${block}.0.1`);
    if (lock === null) continue;
    lock.unref();
    let nextPort = firstPort + ((block - firstBlock) / 2) * portsOfABlock;
    const endOfPorts = nextPort + portsOfABlock;
    return {
      plan: {
        podPrefix: `10.${block}`,
        podTwinPrefix: `127.${block}`,
        servicePrefix: `10.${block + 1}`,
        serviceTwinPrefix: `127.${block + 1}`,
      },
      takePorts(count) {
        const from = nextPort;
        // Room for a neighbour: a port that is taken already is passed over.
        nextPort = Math.min(endOfPorts, from + 2 * count);
        return freePorts(count, { from, to: nextPort });
      },
      release: () => void lock.close(),
    };
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
