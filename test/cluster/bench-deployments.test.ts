/** The campaign of `npm run bench:deployments`, small: the program itself takes twenty minutes. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connect, type CutoverClient } from '../../src/client/index.ts';
import { runCampaign } from '../bench/deployments/campaign.ts';
import { reportOf, summaryOf } from '../bench/deployments/report.ts';
import { planOf } from '../bench/deployments/scenarios.ts';
import '../setup/provided.ts';

let client: CutoverClient;
beforeAll(async () => {
  client = await connect({ env: { ...process.env, TEMPORAL_ADDRESS: inject('sandbox').temporalAddress } });
});
afterAll(() => client.close());

it('promotes deployments without a fault, and rolls back those whose users meet one', async () => {
  const plan = [
    ...planOf({ clean: 2, faulty: 0, only: 'no errors' }),
    ...planOf({ clean: 0, faulty: 1, only: '100 % errors' }),
    ...planOf({ clean: 0, faulty: 1, only: 'crash' }),
  ];
  const stage = { sandbox: inject('sandbox'), client, times: { soak: '8s', monitor: '12s' } };
  const results = await runCampaign(stage, plan, 4);
  expect(reportOf(results)).toMatch(/without a fault: 2, rolled back: 0; with faults: 2, rolled back: 2$/);
  expect(summaryOf(results).holds).toBe(true);
  const [, , errors, crash] = results;
  expect(errors?.backAfterMs).toBeGreaterThan(0);
  expect(errors?.users?.bad).toBeGreaterThan(10);
  expect(crash?.verdict).toContain('restart');
}, 240_000);
