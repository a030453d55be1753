import { dirname } from 'node:path';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { nodeAddress } from './addresses.ts';
import { statusCode } from './cluster-api.ts';
import type { Launch } from './container-runtime.ts';
import { buildEnvironment, expand, type Environment, type ReferenceReader } from './environment.ts';
import type { ResolvedImage } from './images.ts';
import type { NodeContext } from './node-context.ts';

/** The commands that containers find: this Node.js first, then the system's. Nothing else of the developer's environment. */
const PATH = [dirname(process.execPath), '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface LaunchSubject {
  readonly pod: V1Pod;
  readonly container: V1Container;
  readonly podIP: string;
  readonly twin: string;
  readonly directory: string;
  readonly runsToCompletion: boolean;
}

/**
 * Works out what a container runs: command and args override the image's as in Kubernetes, references are read now.
 * Throws ContainerConfigError when one does not resolve, and the API's error when the server does not answer.
 */
export async function prepareLaunch(node: NodeContext, image: ResolvedImage, subject: LaunchSubject): Promise<Launch> {
  const { pod, container, podIP, twin, directory } = subject;
  const environment = await buildEnvironment({
    pod,
    container,
    place: { podIP, hostIP: nodeAddress(node.network) },
    references: referenceReader(node, pod.metadata?.namespace ?? 'default'),
    base: { PATH: PATH.join(':'), HOME: directory, HOSTNAME: pod.metadata?.name ?? '', ...image.env },
    // A pod that listened on every address would take the port from all the others.
    fixed: { HOST: twin, POD_IP: podIP },
  });
  const command = container.command?.length ? container.command : image.command;
  const args = container.args?.length ? container.args : container.command?.length ? [] : image.args;
  return {
    argv: [...command, ...args].map((part) => expand(part, environment)),
    environment,
    directory: container.workingDir ?? directory,
    runsToCompletion: subject.runsToCompletion,
  };
}

function referenceReader(node: NodeContext, namespace: string): ReferenceReader {
  return {
    configMap: (name) =>
      found(async () => (await node.api.core.readNamespacedConfigMap({ name, namespace })).data ?? {}),
    secret: (name) =>
      found(async () => {
        const { data = {} } = await node.api.core.readNamespacedSecret({ name, namespace });
        return Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
        );
      }),
  };
}

async function found(read: () => Promise<Environment>): Promise<Environment | undefined> {
  try {
    return await read();
  } catch (error) {
    if (statusCode(error) === 404) return undefined;
    throw error;
  }
}
