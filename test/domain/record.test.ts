import { describe, expect, it } from 'vitest';
import { DeploymentRecord } from '../../src/domain/record.ts';
import { slotState } from '../workflows/scripted-activities.ts';

function newRecord(): DeploymentRecord {
  const start = { id: 'default/api', runId: 'run-1', requestedBy: 'ci', reason: 'build 7' };
  return new DeploymentRecord(start, () => '2026-01-01T00:00:00.000Z');
}

describe('the record', () => {
  it('keeps what was seen of a slot that cannot be read any more', () => {
    const record = newRecord();
    const candidate = slotState('green', 'myapp:v2.0');
    record.seen({ candidate, stable: slotState('blue', 'myapp:v1.0') });
    record.seen({ candidate: null, stable: null });
    expect(record.state.candidate).toEqual(candidate);
    expect(record.state.stable?.imageDigests).toEqual(['myapp:v1.0@sha256:blue']);
  });

  it('says once what is said again and again', () => {
    const record = newRecord();
    record.notice('the cutover was found on the Service');
    for (let times = 0; times < 50; times += 1) record.notice('the signal rollback was refused');
    expect(record.state.notices.map(({ text }) => text)).toEqual([
      'the cutover was found on the Service',
      'the signal rollback was refused',
    ]);
  });
});
