import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a `kubectl` that talks to the sandbox whatever KUBECONFIG says (only --kubeconfig is stronger); gives its path. */
export function writeKubectl(runDirectory: string, binary: string, kubeconfig: string): string {
  const directory = join(runDirectory, 'bin');
  mkdirSync(directory);
  const path = join(directory, 'kubectl');
  const script = `#!/bin/sh\nexport KUBECONFIG=${quote(kubeconfig)}\nexec ${quote(binary)} kubectl "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
