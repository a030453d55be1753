/** The fields that the API server fills in, as far as somebody here reads them. Pure; filling in twice changes nothing. */
import type { V1PodSpec, V1Service } from '@kubernetes/client-node';
import type { Json } from '../../../../src/kubernetes/api-server.ts';
import type { Kinds, Resource } from './kinds.ts';

/** The object with its defaults; `clusterIP` is for a Service that has none yet. */
export function withDefaults<R extends Resource>(resource: R, object: Kinds[R], clusterIP: () => string): Kinds[R] {
  switch (resource) {
    case 'services':
      return serviceDefaults(object as Kinds['services'], clusterIP) as Kinds[R];
    case 'deployments':
      return deploymentDefaults(object as Kinds['deployments']) as Kinds[R];
    case 'pods': {
      const pod = object as Kinds['pods'];
      return { ...pod, spec: podDefaults(pod.spec) } as Kinds[R];
    }
    case 'jobs': {
      const job = object as Kinds['jobs'];
      return { ...job, spec: { parallelism: 1, completions: 1, backoffLimit: 6, ...job.spec } } as Kinds[R];
    }
    case 'namespaces':
    case 'events':
    case 'secrets':
    case 'resourcequotas':
    case 'replicasets':
    case 'endpointslices':
    case 'horizontalpodautoscalers':
      return object;
  }
}

function serviceDefaults(service: Kinds['services'], clusterIP: () => string): Kinds['services'] {
  const spec: Json<V1Service>['spec'] = { ...service.spec };
  const given = spec.clusterIP === undefined && spec.type !== 'ExternalName' ? clusterIP() : spec.clusterIP;
  return {
    ...service,
    spec: {
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ...spec,
      ...(given === undefined ? {} : { clusterIP: given, clusterIPs: [given] }),
      ports: (spec.ports ?? []).map((port) => ({ protocol: 'TCP', targetPort: port.port, ...port })),
    },
    status: service.status ?? { loadBalancer: {} },
  };
}

function deploymentDefaults(deployment: Kinds['deployments']): Kinds['deployments'] {
  const spec = deployment.spec;
  if (spec === undefined) return deployment;
  return {
    ...deployment,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      ...spec,
      template: { ...spec.template, spec: podDefaults(spec.template?.spec) },
    },
    status: deployment.status ?? {},
  };
}

function podDefaults(pod: Json<V1PodSpec> | undefined): Json<V1PodSpec> {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    ...pod,
    containers: (pod?.containers ?? []).map((container) => ({
      imagePullPolicy: 'IfNotPresent',
      resources: {},
      ...container,
      ...(container.ports === undefined
        ? {}
        : { ports: container.ports.map((port) => ({ protocol: 'TCP', ...port })) }),
    })),
  };
}
