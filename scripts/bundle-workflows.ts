/** Bundles the workflow code ahead of time, so that a worker that has to come back starts without webpack's seconds. */
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = fileURLToPath(new URL('../src', import.meta.url));

/** One for each way in which a worker converts failures: payloads encrypted, or not. */
const bundles: readonly { readonly target: string; readonly failureConverterPath?: string }[] = [
  { target: `${root}/workflows/bundle.cjs` },
  {
    target: `${root}/workflows/bundle-encrypting.cjs`,
    failureConverterPath: `${root}/codec/failure-converter.js`,
  },
];

function isCurrent(target: string): boolean {
  if (!existsSync(target)) return false;
  const bundled = statSync(target).mtimeMs;
  return sources().every((file) => statSync(file).mtimeMs <= bundled);
}

function sources(): string[] {
  return ['workflows', 'domain', 'codec'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => `${root}/${folder}/${file}`),
  );
}

for (const { target, ...converter } of bundles) {
  if (isCurrent(target)) continue;
  const { code } = await bundleWorkflowCode({
    workflowsPath: `${root}/workflows/index.js`,
    ...converter,
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(`${target}.part`, code);
  renameSync(`${target}.part`, target);
}
