/** What the worker bundles: the workflow under the name by which it is started. */
export { blueGreenDeploy as BlueGreenDeploy } from './blue-green-deploy.ts';
