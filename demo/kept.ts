/** The demo left running, for people to try the commands of the README. */
import { once } from 'node:events';
import { launchLoad } from './load/launch.ts';
import type { Stage } from './stage.ts';

/** Enough for the monitor of any spec, and little work for this machine. */
const usersPerSecond = 20;
const longestMs = 86_400_000;

/** Keeps all of it running, with users on the Service, until Ctrl-C. */
export async function keepRunning(stage: Stage): Promise<void> {
  const users = await launchLoad({
    urls: [`${stage.serviceUrl}/api/items`],
    requestsPerSecond: usersPerSecond,
    durationMs: longestMs,
    maxRequests: 1_000_000_000,
  });
  process.stdout.write(describeKept(stage));
  await once(process, 'SIGINT');
  await users.stop();
}

function describeKept({ sandbox, specFile, serviceUrl }: Stage): string {
  const { kubeconfig, temporalAddress, clusterProxy, commands, uiAddress } = sandbox;
  return `
Everything keeps running until Ctrl-C, a worker too, and ${usersPerSecond} requests a second. In another terminal:

  export KUBECONFIG=${kubeconfig}
  export TEMPORAL_ADDRESS=${temporalAddress}
  export CUTOVER_CLUSTER_PROXY=${clusterProxy}
  export PATH=${commands}:$PATH

  npx cutover status api
  npx cutover deploy -f ${specFile} --image myapp:v2.1 --wait promoted
  npx cutover approve api --reason 'the soak was quiet'   # in a third terminal, once it asks for it
  kubectl get deployments,services

  Temporal UI   ${uiAddress}
  api-service   ${serviceUrl}/api/items
`;
}
