import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runCli } from '../../src/cli/run.ts';
import { fakeTerminal } from './fake-terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const spec = 'app: api\nnamespace: shop\nservice: api-service\ncandidate: {image: "myapp:v2.0"}\n';

async function role(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = fakeTerminal({ input: spec });
  const code = await runCli(['role', ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

describe('cutover role', () => {
  it('prints deploy/role.yaml for examples/deploy-full.yaml, word by word', async () => {
    const { code, stdout } = await role('-f', `${root}examples/deploy-full.yaml`);
    expect(code).toBe(0);
    // npx cutover role -f examples/deploy-full.yaml > deploy/role.yaml
    expect(readFileSync(`${root}deploy/role.yaml`, 'utf8')).toBe(stdout);
  });

  it('binds the service account that deploy/worker.yaml makes', async () => {
    const { stdout } = await role('-f', '-');
    const [, binding] = parseAllDocuments(stdout).map((document) => document.toJS() as { subjects?: unknown });
    const manifests = parseAllDocuments(readFileSync(`${root}deploy/worker.yaml`, 'utf8'));
    const account = manifests.find((document) => document.get('kind') === 'ServiceAccount')?.toJS() as object;
    const { kind, metadata } = account as { kind: string; metadata: object };
    expect(binding?.subjects).toEqual([{ kind, ...metadata }]);
  });

  it('says the same as YAML and as one JSON document', async () => {
    const yaml = await role('-f', '-');
    const json = await role('-f', '-', '--json');
    const items = parseAllDocuments(yaml.stdout).map((document) => document.toJS() as unknown);
    expect(JSON.parse(json.stdout)).toEqual({ apiVersion: 'v1', kind: 'List', items });
  });

  it('binds a user, or another service account', async () => {
    const user = await role('-f', '-', '--user', 'ci');
    expect(user.stdout).toContain('kind: User\n    name: ci\n    apiGroup: rbac.authorization.k8s.io\n');
    const account = await role('-f', '-', '--service-account', 'ops/worker');
    expect(account.stdout).toContain('kind: ServiceAccount\n    namespace: ops\n    name: worker\n');
  });

  it('refuses what is no service account, with exit code 2', async () => {
    expect(await role('-f', '-', '--service-account', 'worker')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        '--service-account: "worker" names no service account: write it as NAMESPACE/NAME, as in cutover/cutover-worker\n',
    });
  });
});
