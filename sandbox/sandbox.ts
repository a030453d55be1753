/** The sandbox: a real Temporal server and a real Kubernetes API on one machine. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.ts';
import { holdNetwork } from './network.ts';
import { startNodeAgent } from './node/agent.ts';
import { defaultImages } from './node/images.ts';
import type { SandboxOptions } from './options.ts';
import { createRunDirectory, removeLeftovers } from './supervision/run-directory.ts';
import { Supervisor } from './supervision/supervisor.ts';
import { startTemporal } from './temporal.ts';
import { obtain } from './tools/obtain.ts';
import type { ProgressListener } from './tools/progress.ts';

/** How to use a running sandbox; one line of JSON with `--json`. */
export interface SandboxInfo {
  readonly kubeconfig: string;
  /** A kubeconfig for the program under test: its requests, and no others, are in the audit log. */
  readonly deployerKubeconfig: string;
  readonly auditLog: string;
  readonly kubectl: string;
  readonly apiServer: string;
  readonly temporalAddress: string;
  readonly uiAddress: string;
  /** An HTTP proxy (CONNECT) to pods and Services by their cluster addresses and names. */
  readonly clusterProxy: string;
  readonly runDirectory: string;
  readonly pid: number;
  /** The process ids of the programs, by name. */
  readonly programs: Readonly<Record<string, number>>;
}

export interface Sandbox {
  readonly info: SandboxInfo;
  /** Ends everything and removes the run directory. */
  stop(): Promise<void>;
}

export interface SandboxListeners {
  readonly onProgress: ProgressListener;
  readonly log: (line: string) => void;
  /** One of its programs ended by itself. */
  readonly onBroken: (program: string) => void;
}

/** Brings everything up; what was started is ended again when a part of it fails. */
export async function startSandbox(options: SandboxOptions, listeners: SandboxListeners): Promise<Sandbox> {
  const { onProgress, log, onBroken } = listeners;
  const temporalBinary = await obtain('temporal', onProgress);
  const kubernetesBinary = await obtain('kubernetes', onProgress);
  const leftovers = await removeLeftovers();
  if (leftovers > 0) log(`removed what ${leftovers} earlier sandboxes had left behind`);
  const network = await holdNetwork();
  const supervisor = new Supervisor(await createRunDirectory(), onBroken);
  const stops: (() => Promise<void>)[] = [() => supervisor.stop(), async () => network.release()];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0)) await end();
  };
  try {
    const temporalOptions = { port: options.temporalPort, uiPort: options.uiPort, database: options.temporalDatabase };
    const [controlPlane, temporal] = await Promise.all([
      startControlPlane(supervisor, kubernetesBinary, network.plan),
      startTemporal(supervisor, temporalBinary, temporalOptions),
    ]);
    const agent = await startNodeAgent({
      kubeConfig: kubeConfigOf(controlPlane.kubeconfigs['node-agent']),
      nodeName: 'sandbox',
      network: network.plan,
      images: defaultImages,
      workDirectory: join(supervisor.runDirectory, 'pods'),
      egressSocketPath: controlPlane.egressSocketPath,
      certificate: controlPlane.certificate,
      mode: options.simulatedPods ? 'simulated' : 'process',
      processes: supervisor,
      log,
    });
    stops.unshift(() => agent.stop());
    await usable(controlPlane.kubeconfigs.admin);
    const programs = [...controlPlane.programs, temporal.program].map(({ name, pid }) => [name, pid]);
    return {
      stop,
      info: {
        kubeconfig: controlPlane.kubeconfigs.admin,
        deployerKubeconfig: controlPlane.kubeconfigs.deployer,
        auditLog: controlPlane.auditLog,
        kubectl: writeKubectl(supervisor.runDirectory, kubernetesBinary, controlPlane),
        apiServer: controlPlane.server,
        temporalAddress: temporal.address,
        uiAddress: temporal.uiAddress,
        clusterProxy: agent.gatewayAddress,
        runDirectory: supervisor.runDirectory,
        pid: process.pid,
        programs: Object.fromEntries(programs) as Record<string, number>,
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until pods can be created: the controller has made the default service account. */
async function usable(kubeconfig: string, timeoutMs = 30_000): Promise<void> {
  const core = kubeConfigOf(kubeconfig).makeApiClient(CoreV1Api);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await core.readNamespacedServiceAccount({ name: 'default', namespace: 'default' });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(50);
    }
  }
}

function kubeConfigOf(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

function writeKubectl(runDirectory: string, binary: string, { kubeconfigs }: ControlPlane): string {
  const directory = join(runDirectory, 'bin');
  mkdirSync(directory);
  const path = join(directory, 'kubectl');
  writeFileSync(
    path,
    `#!/bin/sh\nexport KUBECONFIG="\${KUBECONFIG:-${kubeconfigs.admin}}"\nexec "${binary}" kubectl "$@"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}
