import { describe, expect, it } from 'vitest';
import { hasGoneBack, wordRollbackFailed, wordRolledBack } from '../../../src/cli/render/rolled-back.ts';
import type { DeploymentState } from '../../../src/domain/state.ts';
import { recordAt, recorded, switchRecord } from './sample.ts';

function ended(changes: Partial<DeploymentState>): DeploymentState {
  return { ...recordAt('retention').state, ...changes };
}

describe('a rollback', () => {
  it('is done once its step is, with the switch or with what it was not needed for', () => {
    const record = recordAt('soak');
    record.begin('rollback');
    expect(hasGoneBack(record.state)).toBe(false);
    record.end('rollback', 'done', 'production never left stable');
    expect(hasGoneBack(record.state)).toBe(true);
    expect(wordRolledBack(record.state, 1_200)).toBe(
      'rolled back default/api: production never left api-blue; done 1.2s after it was asked for',
    );
    record.switched(switchRecord({ kind: 'rollback', from: 'green', to: 'blue' }));
    expect(wordRolledBack(record.state, 1_200)).toContain('green ──▶ blue, patched in 14ms');
  });

  it('in preflight says nothing of slots that were not looked at yet', () => {
    const record = recorded();
    record.begin('preflight');
    record.conclude('rolled-back');
    expect(hasGoneBack(record.state)).toBe(true);
    expect(wordRolledBack(record.state, 20)).toContain('rolled back default/api: nothing was changed');
  });

  it.each([
    [
      ended({ outcome: 'terminated' }),
      'its workflow was terminated before production was known to be back: see which slot the Service api-service selects',
    ],
    [
      ended({ outcome: 'failed', failure: { name: 'DeadlineExceeded', message: 'preflight took longer than 1m' } }),
      'preflight took longer than 1m',
    ],
    [
      ended({ outcome: 'refused', failure: { name: 'Forbidden', message: 'the worker may not read pods' } }),
      'the worker may not read pods',
    ],
  ])('that ended otherwise has failed, and says why', (state, why) => {
    expect(hasGoneBack(state)).toBe(false);
    expect(wordRollbackFailed(state)).toBe(`THE ROLLBACK OF default/api FAILED, an operator is needed: ${why}`);
  });
});
