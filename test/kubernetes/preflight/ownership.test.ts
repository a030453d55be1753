import { expect, it } from 'vitest';
import { ownershipProblems } from '../../../src/kubernetes/preflight/ownership.ts';
import { viewProduction } from '../../../src/kubernetes/production.ts';
import type { SlotView } from '../../../src/kubernetes/slot.ts';
import { service, specOf } from '../objects.ts';
import { slotView } from './facts.ts';

function left(metadata: Record<string, unknown> = {}): SlotView {
  const view = slotView('green');
  return { ...view, deployment: { ...view.deployment, metadata: { ...view.deployment.metadata, ...metadata } } };
}

/** Production as the last switch has left it. */
function switched(from: string) {
  const annotations = {
    'cutover.dev/switched-from': from,
    'cutover.dev/switched-to': from === 'green' ? 'blue' : 'green',
    'cutover.dev/switched-at': '2026-11-23T14:00:00Z',
    'cutover.dev/switched-by': 'ci',
  };
  return viewProduction(service('blue', { annotations }));
}

const untouched = viewProduction(service());
const before = { creationTimestamp: '2026-11-23T12:00:00Z' };

it("names another's Deployment in the candidate's slot, and what takes it out of the way", () => {
  expect(ownershipProblems(specOf(), 'green', left(before), untouched)).toEqual([
    expect.stringMatching(/^the Deployment "api-green" .* \(myapp:v1\.0, 2 of 2 pods ready\): .* --delete-unmanaged/),
  ]);
});

it.each([
  ['nothing', null, untouched],
  ['what cutover has made', left({ annotations: { 'cutover.dev/deployment': 'run' } }), untouched],
  ['what cutover has scaled to zero', left({ annotations: { 'cutover.dev/torn-down': 'run' } }), untouched],
  ['what cutover has switched production away from', left(before), switched('green')],
])('takes %s for its own', (_, view, production) => {
  expect(ownershipProblems(specOf(), 'green', view, production)).toEqual([]);
});

it('does not take for its own what was made after the switch, or in another slot than it has left', () => {
  const after = left({ creationTimestamp: '2026-11-23T15:00:00Z' });
  expect(ownershipProblems(specOf(), 'green', after, switched('green'))).toHaveLength(1);
  expect(ownershipProblems(specOf(), 'green', left(before), switched('blue'))).toHaveLength(1);
});
