/** The workflow with a change of the kind that breaks what runs: a timer that no history has. */
import { sleep } from '@temporalio/workflow';
import { blueGreenDeploy } from '../../src/workflows/blue-green-deploy.ts';

export async function BlueGreenDeploy(...args: Parameters<typeof blueGreenDeploy>): ReturnType<typeof blueGreenDeploy> {
  await sleep('1s');
  return blueGreenDeploy(...args);
}
