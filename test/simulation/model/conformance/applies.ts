/** Server-side apply and its dry runs. */
import { deployment, deploymentSeen, labelsOf, service, serviceSeen } from './objects.ts';
import { outcome, type Script } from './side.ts';

const blue = deployment('blue', { replicas: 0 }) as {
  metadata: object;
  spec: { template: { spec: { containers: object[] } } };
};

/** With these environment variables in its only container. */
function withEnv(...names: string[]): object {
  const [container] = blue.spec.template.spec.containers;
  const env = names.map((name) => ({ name, value: 'x' }));
  const spec = { ...blue.spec.template.spec, containers: [{ ...container, env }] };
  return { ...blue, spec: { ...blue.spec, template: { ...blue.spec.template, spec } } };
}

export const applies: Readonly<Record<string, Script>> = {
  'creates what is not there, and changes nothing the second time': async (side) => {
    const first = await side.apply('services', 'api-blue', service(labelsOf('blue'), 'api-blue'));
    const second = await side.apply('services', 'api-blue', service(labelsOf('blue'), 'api-blue'));
    const same = first.body.metadata.resourceVersion === second.body.metadata.resourceVersion;
    return [first.status, second.status, same, serviceSeen(second.body)];
  },

  'changes nothing when a Deployment is applied twice': async (side) => {
    const first = await side.apply('deployments', 'api-blue', withEnv('A'));
    const second = await side.apply('deployments', 'api-blue', withEnv('A'));
    return [first.status, second.status, deploymentSeen(second.body)];
  },

  'takes away what was applied before and no longer is': async (side) => {
    await side.apply('deployments', 'api-blue', withEnv('A', 'B'));
    const fewer = await side.apply('deployments', 'api-blue', withEnv('B', 'C'));
    const none = await side.apply('deployments', 'api-blue', { ...blue, metadata: { name: 'api-blue' } });
    return [deploymentSeen(fewer.body), deploymentSeen(none.body)];
  },

  'leaves what others have written': async (side) => {
    await side.create('services', service(labelsOf('blue'), 'api-blue'));
    await side.patch(
      'services',
      'api-blue',
      { metadata: { annotations: { theirs: 'x' }, labels: { l: 'x' } } },
      'merge',
    );
    const applied = await side.apply('services', 'api-blue', {
      metadata: { name: 'api-blue', labels: { ours: 'y' } },
      spec: { selector: labelsOf('blue'), ports: [{ port: 80, protocol: 'TCP', targetPort: 9090 }] },
    });
    return serviceSeen(applied.body);
  },

  'takes fields from others only by force': async (side) => {
    await side.apply('deployments', 'api-blue', blue);
    await side.patch('deployments', 'api-blue', { spec: { minReadySeconds: 7 } }, 'merge');
    const wanted = { ...blue, spec: { ...blue.spec, minReadySeconds: 1 } };
    const polite = await side.apply('deployments', 'api-blue', wanted, { fieldManager: 'cutover' });
    const forced = await side.apply('deployments', 'api-blue', wanted);
    return [outcome(polite), forced.status, deploymentSeen(forced.body)];
  },

  'replaces the selector of a Service as a whole': async (side) => {
    await side.apply('services', 'api-blue', service({ ...labelsOf('blue'), tier: 'web' }, 'api-blue'));
    const applied = await side.apply('services', 'api-blue', service(labelsOf('blue'), 'api-blue'));
    return serviceSeen(applied.body);
  },

  'tries out, and keeps nothing of it': async (side) => {
    const dryRun = { fieldManager: 'cutover', force: true, dryRun: 'All' };
    const tried = await side.apply('deployments', 'api-blue', blue, dryRun);
    const bad = { ...blue, spec: { ...blue.spec, selector: { matchLabels: labelsOf('green') } } };
    const refused = await side.apply('deployments', 'api-blue', bad, dryRun);
    return [
      tried.status,
      deploymentSeen(tried.body),
      outcome(refused),
      outcome(await side.get('deployments', 'api-blue')),
    ];
  },

  'refuses another name than that of the path': async (side) =>
    outcome(await side.apply('services', 'api-blue', service(labelsOf('blue'), 'api-green'))),
};
