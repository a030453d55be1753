import type { V1Service } from '@kubernetes/client-node';

/** One TCP port of a Service, as connections are told to reach it. */
export interface ServicePort {
  /** `namespace/name`. */
  readonly service: string;
  readonly clusterIP: string;
  readonly port: number;
  /** The port's name, empty when it has none; EndpointSlices refer to it. */
  readonly name: string;
}

/** The TCP ports of a Service that has a cluster IP; headless and external ones have none. */
export function servicePorts(service: V1Service): ServicePort[] {
  const { clusterIP, ports = [], type } = service.spec ?? {};
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || type === 'ExternalName') return [];
  const key = serviceKey(service);
  return ports
    .filter(({ protocol }) => (protocol ?? 'TCP') === 'TCP')
    .map(({ port, name }) => ({ service: key, clusterIP, port, name: name ?? '' }));
}

/** `namespace/name` of a Service. */
function serviceKey(service: V1Service): string {
  return `${service.metadata?.namespace}/${service.metadata?.name}`;
}

/** Splits `<service>.<namespace>[.svc[.cluster.local]]` into `namespace/service`; undefined for other names. */
export function serviceOfHostname(hostname: string): string | undefined {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?\.?$/i.exec(hostname);
  return match ? `${match[2]?.toLowerCase()}/${match[1]?.toLowerCase()}` : undefined;
}
