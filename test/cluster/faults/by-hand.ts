/** A deployment under load to which something happens by hand. */
import type { LoadReport } from '../../../demo/load/report.ts';
import { expect } from 'vitest';
import type { SpecInput } from '../../../src/domain/spec.ts';
import type { DeploymentState, StepName } from '../../../src/domain/state.ts';
import { at } from '../expected.ts';
import { ClusterRig } from '../rig.ts';
import { FaultTable } from './fault-table.ts';
import { short } from './short.ts';

/** One for each file of tests. */
export const table = new FaultTable();

interface Case {
  readonly name: string;
  /** When it is done. */
  readonly step: StepName;
  readonly byHand: (rig: ClusterRig) => Promise<unknown>;
  /** What follows, where the deployment does not end by itself. */
  readonly afterwards?: (rig: ClusterRig) => Promise<unknown>;
  readonly changes?: Partial<SpecInput>;
  /** Whether what was done takes pods from production, so that requests fail whatever anybody does. */
  readonly outage?: true;
}

interface Ended {
  readonly rig: ClusterRig;
  readonly state: DeploymentState;
}

const long = {
  soak: { ...short.soak, duration: '1m' },
  monitor: { ...short.monitor, duration: '1m' },
  retention: '10m',
};

/** A deployment with every step, under load, to which the case happens. */
export async function happens(one: Case, check: (ended: Ended) => Promise<void> | void): Promise<void> {
  const rig = await ClusterRig.withSeed(2);
  try {
    const load = await rig.load();
    const waits = one.step === 'approval' || one.step === 'cutover';
    const kept = {
      soak: { soak: long.soak },
      monitor: { monitor: long.monitor },
      retention: { retention: long.retention },
    };
    const stay = Object.entries(kept).find(([step]) => step === one.step)?.[1] ?? {};
    const spec = rig.spec({ ...short, approval: { required: waits }, ...stay, ...one.changes });
    await rig.cutoverEnds(0, 'deploy', '-f', spec);
    await rig.when(
      (state) => at(one.step)(state) && state.steps.find(({ name }) => name === one.step)?.status === 'running',
    );
    await one.byHand(rig);
    await one.afterwards?.(rig);
    const state = await rig.when(({ outcome }) => outcome !== 'running');
    const report = await load.stop();
    table.add(`${one.name} (${one.step})`, report, state.outcome);
    if (one.outage === undefined) expectServed(report);
    await check({ rig, state });
  } finally {
    await rig.remove(one.name);
  }
}

function expectServed(report: LoadReport): void {
  expect(report.firstFailures).toEqual([]);
  expect(report.requestsFailed).toBe(0);
}

export const kubectl =
  (...args: string[]) =>
  (rig: ClusterRig): Promise<string> =>
    rig.kubectl(...args);

export const select = (selector: Readonly<Record<string, string>>): ((rig: ClusterRig) => Promise<string>) =>
  kubectl('patch', 'service', 'api-service', '-p', JSON.stringify({ spec: { selector } }));

export const approve = (rig: ClusterRig): Promise<void> => rig.approve();
export const finish = (rig: ClusterRig): Promise<void> => rig.cutoverEnds(0, 'finish', rig.id);

export const noticed =
  (text: string) =>
  async (rig: ClusterRig): Promise<DeploymentState> =>
    rig.when(({ notices }) => notices.some((notice) => notice.text.includes(text)));

export const switchesOf = ({ switches }: DeploymentState): string[] =>
  switches.map(({ kind, from, to }) => `${kind}: ${from ?? 'nothing'} to ${to ?? 'nothing'}`);

export const exists = async (rig: ClusterRig, deployment: string): Promise<boolean> =>
  (await rig.anyKubectl('--namespace', rig.namespace, 'get', 'deployment', deployment)).code === 0;
