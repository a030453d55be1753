/** The commands for people, as small scripts in one directory: each talks to this sandbox. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ClientCommands {
  /** For PATH. */
  readonly directory: string;
  /** Talks to the sandbox whatever KUBECONFIG says; only --kubeconfig is stronger. */
  readonly kubectl: string;
  /** Talks to the sandbox whatever TEMPORAL_ADDRESS says; only --address is stronger. */
  readonly temporal: string;
}

interface Servers {
  readonly kubernetes: { readonly binary: string; readonly kubeconfig: string };
  readonly temporal: { readonly binary: string; readonly address: string };
}

export function writeClientCommands(runDirectory: string, { kubernetes, temporal }: Servers): ClientCommands {
  const directory = join(runDirectory, 'bin');
  mkdirSync(directory);
  const write = (name: string, lines: readonly string[]): string => {
    const path = join(directory, name);
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return path;
  };
  return {
    directory,
    kubectl: write('kubectl', [
      `export KUBECONFIG=${quote(kubernetes.kubeconfig)}`,
      `exec ${quote(kubernetes.binary)} kubectl "$@"`,
    ]),
    temporal: write('temporal', [
      `export TEMPORAL_ADDRESS=${quote(temporal.address)}`,
      `exec ${quote(temporal.binary)} "$@"`,
    ]),
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
