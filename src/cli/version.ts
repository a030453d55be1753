import { readFileSync } from 'node:fs';

/** The version of this package. */
export function version(): string {
  const root = import.meta.url.endsWith('.ts') ? '../../' : '../../../';
  const manifest = JSON.parse(readFileSync(new URL(`${root}package.json`, import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
