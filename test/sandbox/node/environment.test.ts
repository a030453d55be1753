import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildEnvironment, ContainerConfigError, expand } from '../../../sandbox/node/environment.ts';

const pod: V1Pod = {
  metadata: { name: 'api-1', namespace: 'shop', uid: 'u1', labels: { app: 'api' }, annotations: { 'a.b/c': 'note' } },
  spec: { nodeName: 'node-1', containers: [] },
};

const configMaps: Record<string, Record<string, string>> = { settings: { A: 'one', B: 'two' } };
const secrets: Record<string, Record<string, string>> = { keys: { token: 's3cret' } };

function field(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function build(container: Partial<V1Container>) {
  return buildEnvironment({
    pod,
    container: { name: 'api', ...container },
    place: { podIP: '10.11.1.1', hostIP: '10.11.0.1' },
    references: { configMap: async (name) => configMaps[name], secret: async (name) => secrets[name] },
    base: { PATH: '/bin' },
    fixed: { HOST: '127.11.1.1' },
  });
}

describe('expansion of $(NAME)', () => {
  test('replaces what is there, keeps what is not, and unescapes $$', () => {
    const environment = { A: '1', EMPTY: '' };
    expect(expand('$(A)-$(EMPTY)-$(NO)', environment)).toBe('1--$(NO)');
    expect(expand('$$(A) costs $5, $A and $(A', environment)).toBe('$(A) costs $5, $A and $(A');
    expect(expand('$$$(A)', environment)).toBe('$1');
    expect(expand('$(toString)', environment)).toBe('$(toString)');
  });

  test('leaves text without a dollar sign as it is', () => {
    assert(
      property(string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(expand(plain, { A: '1' })).toBe(plain);
      }),
    );
  });
});

describe('a container environment', () => {
  test('takes envFrom first, then env, which may refer to what came before', async () => {
    const environment = await build({
      envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'K_', secretRef: { name: 'keys' } }],
      env: [
        { name: 'A', value: 'own' },
        { name: 'C', value: '$(A) $(B) $(LATER)' },
        { name: 'LATER', value: 'x' },
      ],
    });
    expect(environment).toEqual({
      PATH: '/bin',
      HOST: '127.11.1.1',
      A: 'own',
      B: 'two',
      K_token: 's3cret',
      C: 'own two $(LATER)',
      LATER: 'x',
    });
  });

  test('knows the fields of the pod and the resources of the container', async () => {
    const environment = await build({
      resources: { limits: { cpu: '250m', memory: '64Mi' } },
      env: [
        field('NAME', 'metadata.name'),
        field('APP', "metadata.labels['app']"),
        field('NOTE', "metadata.annotations['a.b/c']"),
        field('NODE', 'spec.nodeName'),
        field('IP', 'status.podIP'),
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'MILLIS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      ],
    });
    expect(environment).toMatchObject({
      NAME: 'api-1',
      APP: 'api',
      NOTE: 'note',
      NODE: 'node-1',
      IP: '10.11.1.1',
      CPU: '1',
      MILLIS: '250',
      MEMORY: '64',
    });
  });

  test('never lets the container listen elsewhere than on its twin', async () => {
    expect(await build({ env: [{ name: 'HOST', value: '0.0.0.0' }] })).toMatchObject({ HOST: '127.11.1.1' });
  });

  test('names a reference that does not resolve, in the words of a kubelet', async () => {
    const from = (valueFrom: object) => build({ env: [{ name: 'X', valueFrom }] });
    await expect(build({ envFrom: [{ configMapRef: { name: 'nope' } }] })).rejects.toThrow(
      new ContainerConfigError('configmap "nope" not found'),
    );
    await expect(from({ secretKeyRef: { name: 'nope', key: 'k' } })).rejects.toThrow('secret "nope" not found');
    await expect(from({ secretKeyRef: { name: 'keys', key: 'k' } })).rejects.toThrow(
      "couldn't find key k in Secret shop/keys",
    );
    await expect(from({ fieldRef: { fieldPath: 'status.phase' } })).rejects.toThrow(ContainerConfigError);
  });

  test('goes without an optional reference that does not resolve', async () => {
    const environment = await build({
      envFrom: [{ configMapRef: { name: 'nope', optional: true } }],
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'Z', optional: true } } }],
    });
    expect(environment).toEqual({ PATH: '/bin', HOST: '127.11.1.1' });
  });
});
