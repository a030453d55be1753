import type { V1Container, V1EnvVar, V1EnvVarSource, V1Pod } from '@kubernetes/client-node';
import { parseQuantity } from './quantity.ts';

export type Environment = Record<string, string>;

/** Where references lead: the data of a ConfigMap or Secret, or undefined when there is none of that name. */
export interface ReferenceReader {
  configMap(name: string): Promise<Environment | undefined>;
  secret(name: string): Promise<Environment | undefined>;
}

/** What the fields of a pod's status hold before the API server has them. */
export interface PodPlace {
  readonly podIP: string;
  readonly hostIP: string;
}

/** A reference that does not resolve: the container waits with CreateContainerConfigError. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}

/**
 * A container's environment: `base`, then envFrom, then env, in the kubelet's order; later names win, except for those
 * in `fixed`. Throws ContainerConfigError when a reference that is not optional does not resolve.
 */
export async function buildEnvironment(options: {
  pod: V1Pod;
  container: V1Container;
  place: PodPlace;
  references: ReferenceReader;
  base: Environment;
  fixed: Environment;
}): Promise<Environment> {
  const { container, references, fixed } = options;
  const environment: Environment = { ...options.base, ...fixed };
  const set = (name: string, value: string) => {
    if (!(name in fixed)) environment[name] = value;
  };
  for (const source of container.envFrom ?? []) {
    const { configMapRef, secretRef, prefix = '' } = source;
    const data = configMapRef
      ? await required('configmap', configMapRef, (name) => references.configMap(name))
      : await required('secret', secretRef ?? {}, (name) => references.secret(name));
    for (const [key, value] of Object.entries(data)) set(`${prefix}${key}`, value);
  }
  for (const variable of container.env ?? []) {
    const value = await valueOf(variable, options, environment);
    if (value !== undefined) set(variable.name, value);
  }
  return environment;
}

async function required(
  kind: string,
  reference: { name?: string; optional?: boolean },
  read: (name: string) => Promise<Environment | undefined>,
): Promise<Environment> {
  const data = await read(reference.name ?? '');
  if (!data && reference.optional !== true) throw new ContainerConfigError(`${kind} "${reference.name}" not found`);
  return data ?? {};
}

type ValueContext = { pod: V1Pod; container: V1Container; place: PodPlace; references: ReferenceReader };

async function valueOf(variable: V1EnvVar, context: ValueContext, earlier: Environment): Promise<string | undefined> {
  const source = variable.valueFrom;
  return source ? await sourceValue(source, context) : expand(variable.value ?? '', earlier);
}

async function sourceValue(source: V1EnvVarSource, context: ValueContext): Promise<string | undefined> {
  const { references, pod } = context;
  if (source.fieldRef) return fieldValue(source.fieldRef.fieldPath, pod, context.place);
  if (source.resourceFieldRef) return resourceValue(source.resourceFieldRef, context);
  if (source.configMapKeyRef) {
    return await keyValue('ConfigMap', source.configMapKeyRef, pod, (name) => references.configMap(name));
  }
  if (source.secretKeyRef) return await keyValue('Secret', source.secretKeyRef, pod, (name) => references.secret(name));
  throw new ContainerConfigError(`valueFrom ${Object.keys(source).join(', ')} is not supported by the sandbox`);
}

async function keyValue(
  kind: 'ConfigMap' | 'Secret',
  reference: { name?: string; key: string; optional?: boolean },
  pod: V1Pod,
  read: (name: string) => Promise<Environment | undefined>,
): Promise<string | undefined> {
  const data = await required(kind.toLowerCase(), reference, read);
  const value = data[reference.key];
  if (value === undefined && reference.optional !== true) {
    const object = `${pod.metadata?.namespace}/${reference.name}`;
    throw new ContainerConfigError(`couldn't find key ${reference.key} in ${kind} ${object}`);
  }
  return value;
}

/** The value of a downward API field; throws ContainerConfigError on a path that is not supported. */
function fieldValue(path: string, pod: V1Pod, place: PodPlace): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) {
    const map = subscript[1] === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return pod.metadata?.name ?? '';
    case 'metadata.namespace':
      return pod.metadata?.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata?.uid ?? '';
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return place.podIP;
    case 'status.hostIP':
    case 'status.hostIPs':
      return place.hostIP;
    default:
      throw new ContainerConfigError(`field path ${path} is not supported by the sandbox`);
  }
}

function resourceValue(
  reference: { resource: string; divisor?: string; containerName?: string },
  { pod, container }: ValueContext,
): string {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const subject = reference.containerName ? all.find(({ name }) => name === reference.containerName) : container;
  const [group, ...rest] = reference.resource.split('.');
  const resources = subject?.resources;
  const resource = rest.join('.');
  const amount = (group === 'limits' ? resources?.limits : resources?.requests)?.[resource] ?? '0';
  const divisor = parseQuantity(reference.divisor ?? '1') || 1;
  return String(Math.ceil(parseQuantity(amount) / divisor));
}

/** Replaces `$(NAME)` by its value; a name that is not there stays as written, and `$$(NAME)` gives `$(NAME)`. */
export function expand(text: string, environment: Readonly<Environment>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(environment, name) ? (environment[name] ?? whole) : whole;
  });
}
