/** The control plane of Kubernetes: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, as upstream has them. */
import { join } from 'node:path';
import type { HeldNetwork } from '../network.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import { writeControlPlaneFiles, type ControlPlaneFiles } from './files.ts';
import { apiServer, controllerManager, etcd, scheduler, type ControlPlanePlan } from './programs.ts';

export interface ControlPlane {
  /** The API server's address. */
  readonly server: string;
  readonly files: ControlPlaneFiles;
}

/** Starts the control plane and waits until all of it is ready: some four seconds. */
export async function startControlPlane(
  supervisor: Supervisor,
  binary: string,
  network: HeldNetwork,
): Promise<ControlPlane> {
  const { runDirectory } = supervisor;
  const [api = 0, controllerManagerPort = 0, schedulerPort = 0] = await network.takePorts(3);
  const plan: ControlPlanePlan = {
    binary,
    runDirectory,
    network: network.plan,
    files: writeControlPlaneFiles(join(runDirectory, 'kubernetes')),
    ports: { api, controllerManager: controllerManagerPort, scheduler: schedulerPort },
  };
  const server = `https://127.0.0.1:${api}`;
  plan.files.writeKubeconfigs(server);
  await supervisor.start(etcd(plan));
  await supervisor.start(apiServer(plan));
  await Promise.all([supervisor.start(controllerManager(plan)), supervisor.start(scheduler(plan))]);
  return { server, files: plan.files };
}
