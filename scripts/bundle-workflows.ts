/** Bundles the workflow code ahead of time, so that a worker that has to come back starts without webpack's seconds. */
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = fileURLToPath(new URL('../src', import.meta.url));
const target = `${root}/workflows/bundle.cjs`;

function isCurrent(): boolean {
  if (!existsSync(target)) return false;
  const bundled = statSync(target).mtimeMs;
  return sources().every((file) => statSync(file).mtimeMs <= bundled);
}

function sources(): string[] {
  return ['workflows', 'domain'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => `${root}/${folder}/${file}`),
  );
}

if (!isCurrent()) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: `${root}/workflows/index.js`,
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(`${target}.part`, code);
  renameSync(`${target}.part`, target);
}
