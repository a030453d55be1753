import { describe, expect, it } from 'vitest';
import { renderStatus } from '../../../src/cli/render/status.ts';
import type { LogEvidence, LogTemplate } from '../../../src/domain/log-evidence.ts';
import { now, recordAt, status, watch } from './sample.ts';

const read = { pods: ['a', 'b'], ready: 2, lines: 100, errors: 9, allowed: 0, unfiled: 0, leftOut: 0 };

function template(changes: Partial<LogTemplate>): LogTemplate {
  return {
    template: 'no price for item <num>',
    sample: 'no price for item 17',
    kind: 'known',
    count: 7,
    pods: ['api-green-a', 'api-green-b'],
    podCount: 2,
    stableCount: 0,
    firstSeen: '2026-11-23T14:03:05.000Z',
    ...changes,
  };
}

function shown(logs: Partial<LogEvidence>): string {
  const evidence = watch({ logs: { candidate: read, stable: read, templates: [], others: 0, ...logs } });
  const record = recordAt('monitor');
  record.evidence({ monitor: evidence });
  return renderStatus(status(record.state), { now, width: Infinity, colours: false });
}

describe('the errors in the logs', () => {
  it('are shown with how often and where, and a line of those that fail the candidate', () => {
    const templates = [
      template({ kind: 'new', podCount: 5 }),
      template({ kind: 'more-frequent', template: 'timeout of <ip>', stableCount: 3, firstSeen: null }),
      template({ kind: 'rare', template: 'odd' }),
      template({ kind: 'known', template: 'usual', stableCount: 12 }),
    ];
    expect(shown({ templates, others: 3 })).toContain(`  ✗ 7× no price for item <num> (not in the logs of stable)
      on api-green-a, api-green-b and 3 more, first at 14:03:05 UTC: no price for item 17
  ✗ 7× timeout of <ip> (more often than stable: 3×)
      on api-green-a, api-green-b: no price for item 17
    7× odd (not in the logs of stable, but rare)
    7× usual (stable 12×)
    and 3 more kinds of errors in the logs`);
  });

  it('say where not all was read, and nothing where there is nothing to say', () => {
    const part = { ...read, ready: 300, leftOut: 4, unfiled: 2 };
    expect(shown({ stable: part })).toContain(
      '  logs of stable: the logs of 2 of 300 pods were read: a, b; there were more lines than are read at a time, 4×; 2 errors of more kinds than are kept',
    );
    expect(shown({ others: 1, stable: { ...read, unfiled: 1 } })).toContain(
      '    and 1 more kind of errors in the logs\n  logs of stable: 1 error of more kinds than are kept',
    );
    expect(shown({})).not.toContain('logs');
  });
});
