import type { IntOrString, V1Container } from '@kubernetes/client-node';
import type { CommandResult } from './container-runtime.ts';

/** A running container as probes and hooks reach it. */
export interface PodTarget {
  readonly podIP: string;
  /** The loopback address on which the container's process listens. */
  readonly twin: string;
  readonly container: V1Container;
  execute(argv: readonly string[], signal: AbortSignal): Promise<CommandResult>;
}

/** The number of a port given by number or by the name of one of the container's ports; throws when there is none of that name. */
export function portNumber(port: IntOrString, container: V1Container): number {
  const numeric = Number(port);
  if (Number.isInteger(numeric) && numeric > 0) return numeric;
  const named = container.ports?.find(({ name }) => name === port);
  if (!named) throw new Error(`container ${container.name} has no port named "${port}"`);
  return named.containerPort;
}

/**
 * Where to connect for a host named in a probe or hook. Only the pod itself and loopback exist here; throws for any
 * other host.
 */
export function targetHost(host: string | undefined, target: PodTarget): string {
  if (host === undefined || host === '' || host === target.podIP) return target.twin;
  if (host === 'localhost' || host.startsWith('127.')) return host;
  throw new Error(`host ${host} is outside of the sandbox: probes and hooks reach their own pod and loopback only`);
}
