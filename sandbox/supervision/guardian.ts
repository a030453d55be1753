/**
 * The guardian: a small process that outlives the sandbox by a moment. It is told every process group that the sandbox
 * starts; when the pipe from the sandbox closes, in whatever way the sandbox ended, it kills what is left of them and
 * removes the run directory.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { identify, killIdentifiedGroup, type ProcessIdentity } from './process-group.ts';

const [runDirectory = ''] = process.argv.slice(2);
const groups = new Map<number, ProcessIdentity>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const group = Number(line.slice(1));
  if (line.startsWith('+')) groups.set(group, identify(group));
  else groups.delete(group);
  // Should the guardian die too, the next sandbox finds here what is left.
  const left = [...groups.values()].map(({ pid, started }) => `${pid} ${started}\n`).join('');
  writeFileSync(join(runDirectory, 'groups'), left);
});
lines.on('close', () => {
  for (const group of groups.values()) killIdentifiedGroup(group);
  // The killed may still be writing.
  rmSync(runDirectory, { recursive: true, force: true, maxRetries: 20 });
});
