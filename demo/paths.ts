import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the build. From the sources (in tests) it is in dist/. Throws when nothing was built. */
export function builtFile(path: string): string {
  const root = import.meta.url.endsWith('.ts') ? '../dist/' : '../';
  const file = fileURLToPath(new URL(root + path, import.meta.url));
  if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build`);
  return file;
}
