/** The sandbox: a real Temporal server and a real Kubernetes API on one machine. */
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { writeClientCommands } from './client-commands.ts';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.ts';
import { holdNetwork, type HeldNetwork } from './network.ts';
import { startNodeAgent, type NodeAgent } from './node/agent.ts';
import { defaultImages } from './node/images.ts';
import type { SandboxOptions } from './options.ts';
import { createRunDirectory, removeLeftovers } from './supervision/run-directory.ts';
import { Supervisor } from './supervision/supervisor.ts';
import { startTemporal, type TemporalServer } from './temporal.ts';
import { obtain } from './tools/obtain.ts';
import { ProgressMeter, type ProgressListener } from './tools/progress.ts';
import { usable } from './usable.ts';

/** How to use a running sandbox; one line of JSON with `--json`. */
export interface SandboxInfo {
  readonly kubeconfig: string;
  /**
   * A kubeconfig for the program under test. Its user, `deployer`, has no rights but those that RoleBindings give it; its
   * requests, and no others, are in the audit log.
   */
  readonly deployerKubeconfig: string;
  readonly auditLog: string;
  /** The directory of `kubectl` and `temporal`, for PATH. */
  readonly commands: string;
  readonly kubectl: string;
  readonly temporal: string;
  readonly apiServer: string;
  readonly temporalAddress: string;
  readonly uiAddress: string;
  /** An HTTP proxy (CONNECT) to pods and Services by their cluster addresses and names. */
  readonly clusterProxy: string;
  /** Holds `<program>.log` and `<program>.pid` of each program. */
  readonly runDirectory: string;
  readonly pid: number;
  /** The process ids of the programs, by name, as they were first started. */
  readonly programs: Readonly<Record<string, number>>;
}

export interface Sandbox {
  readonly info: SandboxInfo;
  /** Kills one of the programs as a crash would; it stays dead until `restart`. */
  kill(program: string): Promise<void>;
  /** Starts a program again with the same data and ports; resolves when it is ready. */
  restart(program: string): Promise<void>;
  /** Ends everything and removes the run directory. */
  stop(): Promise<void>;
}

export interface SandboxListeners {
  readonly onProgress: ProgressListener;
  readonly log: (line: string) => void;
  /** One of its programs ended by itself. */
  readonly onBroken: (program: string, end: string) => void;
}

interface Binaries {
  readonly temporal: string;
  readonly kubernetes: string;
}

/** Brings everything up. When a part fails, or the signal aborts, what was started is ended again before this rejects. */
export async function startSandbox(
  options: SandboxOptions,
  listeners: SandboxListeners,
  signal: AbortSignal,
): Promise<Sandbox> {
  requireLinux();
  const binaries = {
    temporal: await obtain('temporal', listeners.onProgress, { signal }),
    kubernetes: await obtain('kubernetes', listeners.onProgress, { signal }),
  };
  const leftovers = await removeLeftovers();
  if (leftovers > 0) listeners.log(`removed what ${leftovers} earlier sandboxes had left behind`);
  const network = await holdNetwork();
  const supervisor = new Supervisor(await createRunDirectory(), listeners.onBroken);
  // Whatever is being started then rejects.
  signal.addEventListener('abort', () => void supervisor.stop(), { once: true });
  try {
    const sandbox = startParts({ options, binaries, network, supervisor, signal, log: listeners.log });
    return await new ProgressMeter('starting Kubernetes and Temporal', listeners.onProgress).during(sandbox);
  } catch (error) {
    await supervisor.stop();
    network.release();
    throw error;
  }
}

interface Parts {
  readonly options: SandboxOptions;
  readonly log: SandboxListeners['log'];
  readonly binaries: Binaries;
  readonly network: HeldNetwork;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
}

async function startParts(parts: Parts): Promise<Sandbox> {
  const { network, supervisor, signal } = parts;
  signal.throwIfAborted();
  const cluster = startCluster(parts);
  try {
    const [{ controlPlane, agent }, temporal] = await Promise.all([cluster, startTemporalServer(parts)]);
    await usable(kubeConfigOf(controlPlane.files.kubeconfigs.admin), signal);
    return {
      info: describe(parts, controlPlane, agent, temporal),
      kill: (program) => supervisor.kill(program),
      restart: (program) => supervisor.restart(program),
      async stop() {
        await agent.stop();
        await supervisor.stop();
        network.release();
      },
    };
  } catch (error) {
    // The cluster may still be starting: without its programs that ends, one way or the other.
    await supervisor.stop();
    await cluster.then(
      ({ agent }) => agent.stop(),
      () => undefined,
    );
    throw error;
  }
}

async function startCluster(parts: Parts): Promise<{ controlPlane: ControlPlane; agent: NodeAgent }> {
  const controlPlane = await startControlPlane(parts.supervisor, parts.binaries.kubernetes, parts.network);
  return { controlPlane, agent: await startAgent(parts, controlPlane) };
}

function startTemporalServer({ options, supervisor, binaries, network }: Parts): Promise<TemporalServer> {
  return startTemporal(supervisor, binaries.temporal, network, {
    port: options.temporalPort,
    uiPort: options.uiPort,
    database: options.temporalDatabase,
  });
}

function startAgent({ options, log, network, supervisor }: Parts, { files }: ControlPlane): Promise<NodeAgent> {
  return startNodeAgent({
    kubeConfig: kubeConfigOf(files.kubeconfigs['node-agent']),
    nodeName: 'sandbox',
    network: network.plan,
    images: defaultImages,
    workDirectory: join(supervisor.runDirectory, 'pods'),
    egressSocketPath: files.egressSocket,
    certificate: files.servingCertificate(),
    mode: options.simulatedPods ? 'simulated' : 'process',
    processes: supervisor,
    log,
  });
}

function describe(
  { binaries, supervisor }: Parts,
  { server, files }: ControlPlane,
  { gatewayAddress }: NodeAgent,
  temporal: TemporalServer,
): SandboxInfo {
  const commands = writeClientCommands(supervisor.runDirectory, {
    kubernetes: { binary: binaries.kubernetes, kubeconfig: files.kubeconfigs.admin },
    temporal: { binary: binaries.temporal, address: temporal.address },
  });
  return {
    kubeconfig: files.kubeconfigs.admin,
    deployerKubeconfig: files.kubeconfigs.deployer,
    auditLog: files.auditLog,
    commands: commands.directory,
    kubectl: commands.kubectl,
    temporal: commands.temporal,
    apiServer: server,
    temporalAddress: temporal.address,
    uiAddress: temporal.uiAddress,
    clusterProxy: gatewayAddress,
    runDirectory: supervisor.runDirectory,
    pid: process.pid,
    programs: supervisor.pids(),
  };
}

function kubeConfigOf(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

/** Elsewhere there is no /proc, and of 127.0.0.0/8 only one address. */
function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new Error(`the sandbox needs Linux, this is ${process.platform}: use a Linux machine, WSL 2 or docker compose`);
}
