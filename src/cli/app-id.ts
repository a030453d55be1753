import { readSpecFile } from '../client/index.ts';
import { deploymentId } from '../domain/slot.ts';
import { SpecInvalid, UsageError } from './errors.ts';
import type { Terminal } from './terminal.ts';

export interface AppOptions {
  readonly namespace?: string;
  readonly file?: string;
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The deployment that `api`, `shop/api` or `-f deploy.yaml` names. Throws UsageError or SpecInvalid. */
export async function resolveId(app: string | undefined, options: AppOptions, terminal: Terminal): Promise<string> {
  if (options.file !== undefined) {
    if (app !== undefined) throw new UsageError('name the app or give -f FILE, not both');
    const file = await readSpecFile(options.file, { stdin: terminal.stdin });
    if (!file.ok) throw new SpecInvalid(file.mistakes);
    const { namespace, app: named } = file.spec;
    if (options.namespace !== undefined && options.namespace !== namespace) {
      throw new UsageError(`${file.name} is for the namespace ${namespace}, but --namespace says ${options.namespace}`);
    }
    return deploymentId(namespace, named);
  }
  if (app === undefined) throw new UsageError('name the app, such as `api` or `shop/api`, or give -f FILE');
  const parts = app.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2 || !parts.every((part) => label.test(part))) {
    throw new UsageError(`"${app}" names no app: write it as \`api\` or \`shop/api\``);
  }
  if (second === undefined) return deploymentId(namespaceOf(options.namespace ?? 'default'), first);
  if (options.namespace !== undefined && options.namespace !== first) {
    throw new UsageError(`"${app}" is in the namespace ${first}, but --namespace says ${options.namespace}`);
  }
  return deploymentId(first, second);
}

/** The name, where it is one. Throws UsageError. */
export function namespaceOf(name: string): string {
  if (!label.test(name)) throw new UsageError(`"${name}" is not the name of a namespace`);
  return name;
}
