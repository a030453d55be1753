import { expect, it } from 'vitest';
import { renderStatus } from '../../../src/cli/render/status.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { now, recordAt, recorded, status } from './sample.ts';

function refused(): DeploymentState {
  const record = recorded();
  record.begin('preflight');
  record.failed({ name: 'Refused', message: 'there is no Service "api-servic" in namespace "default"' });
  record.conclude('refused');
  return record.state;
}

function ended(outcome: 'finished' | 'rolled-back'): DeploymentState {
  const record = recordAt('retention');
  if (outcome === 'finished') record.traffic('green', 2);
  else record.traffic('blue', 3);
  record.conclude(outcome);
  return record.state;
}

function text(state: DeploymentState, previous: DeploymentState | null): string {
  return renderStatus(status(state, { asked: 'default/api → myapp:v2.1' }), {
    now,
    width: 100,
    colours: false,
    previous,
  });
}

it('tells after a refusal what is live, why it was refused, and where the deployment before is found', () => {
  const shown = text(refused(), ended('finished'));
  expect(shown).toMatch(/^default\/api {2}refused: nothing was changed/);
  expect(shown).toContain('default/api → myapp:v2.1, asked for by ci');
  expect(shown).toContain('there is no Service "api-servic"');
  expect(shown).toMatch(/before {2}finished: the candidate serves, stable is gone +4m\d+s ago/);
  expect(shown).toContain('live    api-service ──▶ [green] myapp:v2.0 (a0123456789a), as that one left it');
  expect(shown).toContain('cutover status default/api --run run-1');
  expect(text(refused(), ended('rolled-back'))).toContain('──▶ [blue] myapp:v1.0');
});

it('tells it of no other deployment, and not where nothing is known', () => {
  expect(text(refused(), null)).not.toContain('before');
  expect(text(ended('rolled-back'), ended('finished'))).not.toContain('as that one left it');
});
