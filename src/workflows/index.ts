/** What the worker bundles: each workflow under the name by which it is started. */
export { blueGreenDeploy as BlueGreenDeploy } from './blue-green-deploy.ts';
export { validateSpec as ValidateSpec } from './validate-spec.ts';
