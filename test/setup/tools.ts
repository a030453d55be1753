import './provided.ts';
import type { TestProject } from 'vitest/node';
import { obtain } from '../../sandbox/tools/obtain.ts';
import { progressPrinter } from '../../sandbox/tools/progress.ts';

/** Obtains Temporal's binaries; the first run on a machine fetches them. */
export default async function setup(project: TestProject): Promise<void> {
  const printer = progressPrinter(process.stderr);
  project.provide('temporal', await obtain('temporal', printer.listener));
  project.provide('temporalTestServer', await obtain('temporal-test-server', printer.listener));
  printer.done();
}
