/** What the API server refuses of an object, as far as the product may send it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { kinds, type ApiObject, type Kinds, type Resource } from './kinds.ts';
import { invalid } from './refusal.ts';

/** Throws a Refusal (422) for an object that may not be, or not after `before`. */
export function validate<R extends Resource>(resource: R, object: Kinds[R], before: Kinds[R] | null): void {
  const problems = [...nameProblems(object), ...problemsOf(resource, object, before)];
  if (problems.length > 0) throw invalid(kinds[resource].kind, object.metadata.name, problems.join(', '));
}

function nameProblems({ metadata }: ApiObject): string[] {
  return /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(metadata.name)
    ? []
    : [`metadata.name: Invalid value: "${metadata.name}": a lowercase RFC 1123 subdomain is needed`];
}

function problemsOf<R extends Resource>(resource: R, object: Kinds[R], before: Kinds[R] | null): string[] {
  if (resource === 'deployments') {
    return deploymentProblems(object as Kinds['deployments'], before as Kinds['deployments'] | null);
  }
  if (resource === 'services') return serviceProblems(object as Kinds['services']);
  return resource === 'jobs' ? jobProblems(object as Kinds['jobs']) : [];
}

function deploymentProblems({ spec }: Kinds['deployments'], before: Kinds['deployments'] | null): string[] {
  const selector = spec?.selector?.matchLabels ?? {};
  const labels = spec?.template?.metadata?.labels ?? {};
  const matches = Object.entries(selector).every(([name, value]) => labels[name] === value);
  return [
    ...(Object.keys(selector).length === 0 ? ['spec.selector: Required value'] : []),
    ...(matches ? [] : ['spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`']),
    ...((spec?.replicas ?? 1) < 0 ? ['spec.replicas: Invalid value: must be greater than or equal to 0'] : []),
    ...(before === null || isDeepStrictEqual(before.spec?.selector, spec?.selector)
      ? []
      : ['spec.selector: Invalid value: field is immutable']),
    ...containerProblems('spec.template.spec', spec?.template?.spec?.containers ?? []),
  ];
}

function containerProblems(path: string, containers: readonly { name?: string; image?: string }[]): string[] {
  if (containers.length === 0) return [`${path}.containers: Required value`];
  return containers.flatMap(({ name, image }, index) => [
    ...(name === undefined || name === '' ? [`${path}.containers[${index}].name: Required value`] : []),
    ...(image === undefined || image === '' ? [`${path}.containers[${index}].image: Required value`] : []),
  ]);
}

function serviceProblems({ spec }: Kinds['services']): string[] {
  const needsPorts = spec?.type !== 'ExternalName' && spec?.clusterIP !== 'None';
  return needsPorts && (spec?.ports ?? []).length === 0 ? ['spec.ports: Required value'] : [];
}

function jobProblems({ spec }: Kinds['jobs']): string[] {
  const policy = spec?.template?.spec?.restartPolicy;
  return [
    ...containerProblems('spec.template.spec', spec?.template?.spec?.containers ?? []),
    ...(policy === 'Never' || policy === 'OnFailure'
      ? []
      : ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']),
  ];
}
