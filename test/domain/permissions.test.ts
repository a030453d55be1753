import { describe, expect, it } from 'vitest';
import { neededRules } from '../../src/domain/permissions.ts';
import { roleOf, rolesOf } from '../../src/domain/role.ts';
import { specSchema, type Spec, type SpecInput } from '../../src/domain/spec.ts';

function specWith(changes: Partial<SpecInput> = {}): Spec {
  return specSchema.parse({ app: 'api', service: 'api-service', candidate: { image: 'myapp:v2' }, ...changes });
}

function verbs(spec: Spec, resource: string): string[] {
  return neededRules(spec).flatMap((rule) => (rule.resource === resource ? rule.verbs : []));
}

describe("the rules of the worker's role", () => {
  it('name no Secret where the spec refers to none, and nothing of the whole cluster', () => {
    const resources = neededRules(specWith()).map(({ resource }) => resource);
    expect(resources).not.toContain('secrets');
    expect(resources).not.toContain('namespaces');
    expect(roleOf(specWith({ namespace: 'shop' }))).toMatchObject({ kind: 'Role', metadata: { namespace: 'shop' } });
  });

  it('are about named objects wherever they change one', () => {
    const changing = neededRules(specWith()).filter(({ verbs: some }) =>
      some.some((verb) => /patch|delete/.test(verb)),
    );
    expect(changing.map(({ resource, names }) => [resource, names])).toEqual([
      ['services', ['api-service', 'api-blue', 'api-green']],
      ['deployments', ['api-blue', 'api-green']],
      ['deployments', ['api-blue-preflight', 'api-green-preflight']],
    ]);
  });

  it('have none for the proxy with direct access', () => {
    const spec = specWith({ access: 'direct', smoke: { checks: [{ name: 'port', tcp: {} }] } });
    expect(verbs(spec, 'pods/proxy')).toEqual([]);
    expect(verbs(spec, 'services/proxy')).toEqual([]);
    expect(verbs(spec, 'pods/portforward')).toEqual([]);
  });

  it('have a verb for each method that goes through the proxy, on what it goes to', () => {
    const spec = specWith({
      warmUp: { requests: [{ method: 'PUT', path: '/a' }] },
      smoke: {
        checks: [
          { name: 'through the Service', http: { method: 'POST', path: '/b' } },
          { name: 'to a pod', http: { method: 'DELETE', path: '/c', port: 9000 } },
        ],
      },
    });
    expect(verbs(spec, 'pods/proxy')).toEqual(['get', 'update', 'delete']);
    expect(verbs(spec, 'services/proxy')).toEqual(['create', 'get']);
  });

  it('leave the proxy to Services out where nothing goes there', () => {
    expect(verbs(specWith({ cutover: { verify: { connections: 0 } } }), 'services/proxy')).toEqual([]);
  });

  it('have Jobs only where a check is one', () => {
    expect(verbs(specWith(), 'jobs')).toEqual([]);
    const podSpec = { containers: [{ name: 'e2e', image: 'e2e:v1' }] };
    expect(verbs(specWith({ smoke: { checks: [{ name: 'job', job: { podSpec } }] } }), 'jobs')).toContain('create');
  });

  it('have Jobs, and a verb for each method, also for the checks of a watch, but none for an address of its own', () => {
    const expect200 = { equals: 200 };
    const spec = specWith({
      soak: {
        checks: [
          { name: 'job', job: { podSpec: { containers: [{ name: 'load', image: 'load:v1' }] } } },
          { name: 'queue', http: { path: '/queue', method: 'POST' }, expect: expect200 },
        ],
      },
      monitor: {
        checks: [
          { name: 'pod', http: { path: '/pod', method: 'PUT', port: 9000 }, expect: expect200 },
          { name: 'elsewhere', http: { url: 'https://gate.example', method: 'DELETE' }, expect: expect200 },
        ],
      },
    });
    expect(verbs(spec, 'jobs')).toContain('create');
    expect(verbs(spec, 'services/proxy')).toEqual(['create', 'get']);
    expect(verbs(spec, 'pods/proxy')).toEqual(['get', 'update']);
  });

  it('have the Service of a Prometheus by its name and port, in a Role where it is', () => {
    const service = { namespace: 'monitoring', name: 'prometheus' };
    const [own, elsewhere, ...others] = rolesOf(specWith({ prometheus: { service } }));
    expect(own).toEqual(roleOf(specWith()));
    expect(elsewhere).toMatchObject({
      metadata: { name: 'cutover-default-api', namespace: 'monitoring' },
      rules: [{ resources: ['services/proxy'], resourceNames: ['prometheus:9090'], verbs: ['get'] }],
    });
    expect(others).toEqual([]);
    expect(rolesOf(specWith({ access: 'direct', prometheus: { service } }))[1]?.rules).toEqual([
      { apiGroups: [''], resources: ['services'], resourceNames: ['prometheus'], verbs: ['get'] },
    ]);
  });

  it('have what the headers and the authority of a Prometheus are in', () => {
    const spec = specWith({
      prometheus: {
        url: 'https://prometheus.example',
        headers: { authorization: { secretKeyRef: { name: 'token', key: 'a' } } },
        ca: { configMapKeyRef: { name: 'authority', key: 'ca.pem' } },
      },
    });
    const read = neededRules(spec).filter(({ resource }) => resource === 'secrets' || resource === 'configmaps');
    expect(read.map(({ resource, names }) => [resource, names])).toEqual([
      ['secrets', ['token']],
      ['configmaps', ['authority']],
    ]);
  });
});
