/** A small picture of where users are sent, and what each slot holds. */
import type { Progress } from '../../domain/progress.ts';
import type { Slot } from '../../domain/slot.ts';
import type { DeploymentState, SlotState } from '../../domain/state.ts';
import { span, table, type Line, type Look, type Span } from './spans.ts';

type Role = 'stable' | 'candidate';

interface Place {
  readonly role: Role;
  readonly slot: SlotState;
}

/** `users ──▶ api-service ──▶ [green] myapp:v2.0 10/10 ready`, and the other slot below. */
export function renderTraffic(state: DeploymentState, progress: Progress | null): Line[] {
  const places = placesOf(state, progress);
  if (state.service === '' || places.length === 0) return [];
  const serving = servingPlace(state, places);
  const others = places.filter((place) => place !== serving);
  const path = `users ──▶ ${state.service} ──▶`;
  const rows = [
    serving === undefined ? [span(path, 'strong'), span('nothing yet', 'warning')] : row(path, serving, state, true),
    ...others.map((place) => row(' '.repeat(path.length), place, state, false)),
  ];
  return table(rows, 2, 1);
}

/** The slot that the Service selects, as far as this deployment knows. */
export function liveSlot({ traffic, stable }: DeploymentState): Slot | null {
  return traffic === null ? (stable?.slot ?? null) : traffic.slot;
}

function servingPlace(state: DeploymentState, places: readonly Place[]): Place | undefined {
  const live = liveSlot(state);
  return places.find(({ slot }) => slot.slot === live);
}

/** The slot that serves, as far as a deployment that is over knows: `[green] myapp:v2.0`. */
export function wordServing(state: DeploymentState): string {
  const place = servingPlace(state, placesOf(state, null));
  return place === undefined ? 'nothing' : `[${place.slot.slot}] ${describeImages(place.slot)}`;
}

function placesOf(state: DeploymentState, progress: Progress | null): Place[] {
  const candidate = progress?.candidate ?? state.candidate;
  const stable = progress?.stable ?? state.stable;
  return [
    ...(stable === null ? [] : [{ role: 'stable' as const, slot: stable }]),
    ...(candidate === null ? [] : [{ role: 'candidate' as const, slot: candidate }]),
  ];
}

function row(path: string, { role, slot }: Place, state: DeploymentState, serves: boolean): Line {
  const gone = serves ? null : fateOf(role, state);
  const pods: Span =
    gone === null ? span(`${slot.readyPods}/${slot.desiredPods} ready`, lookOfPods(slot)) : span(gone, 'quiet');
  const name = serves ? `[${slot.slot}]` : ` ${slot.slot}`;
  const look: Look = gone === null ? slot.slot : 'quiet';
  return [
    span(path, 'strong'),
    span(name, look),
    span(describeImages(slot), gone === null ? 'plain' : 'quiet'),
    pods,
    span(` ${role}`, 'quiet'),
  ];
}

/** What became of the slot that does not serve, when the deployment is over; null while it is there. */
export function fateOf(role: Role, { outcome, spec }: DeploymentState): string | null {
  switch (outcome) {
    case 'running':
    case 'failed':
    case 'refused':
    case 'rollback-failed':
    case 'terminated':
      return null;
    case 'finished':
      if (role === 'candidate') return null;
      return spec?.teardown === 'scale-to-zero' ? 'scaled to zero' : 'torn down';
    case 'superseded':
      return role === 'candidate' ? null : 'left to the next deployment';
    case 'rolled-back':
    case 'rejected':
    case 'approval-timed-out':
      return role === 'stable' ? null : 'removed';
  }
}

function lookOfPods({ readyPods, desiredPods }: SlotState): Look {
  if (readyPods >= desiredPods && desiredPods > 0) return 'good';
  return readyPods === 0 ? 'bad' : 'warning';
}

function describeImages({ images, imageDigests }: SlotState): string {
  const shown = images.slice(0, 3).join(', ') || 'no image';
  const [digest] = imageDigests;
  const short = digest?.split('sha256:').at(1)?.slice(0, 12);
  return short === undefined ? shown : `${shown} (${short})`;
}
