/** The two environments of an app. Which of them is stable and which the candidate changes with every deployment. */
export type Slot = 'blue' | 'green';

export const slots: readonly Slot[] = ['blue', 'green'];

export function isSlot(value: unknown): value is Slot {
  return value === 'blue' || value === 'green';
}

export function otherSlot(slot: Slot): Slot {
  return slot === 'blue' ? 'green' : 'blue';
}

/** The Deployment of a slot, and also its preview Service: `<app>-<slot>`. */
export function slotName(app: string, slot: Slot): string {
  return `${app}-${slot}`;
}

/** What every pod of a slot is labelled with, and what a Service has to select to reach it. */
export function slotLabels(app: string, slot: Slot): { app: string; version: Slot } {
  return { app, version: slot };
}

/** The id of the one deployment that an app can have at a time: `<namespace>/<app>`. */
export function deploymentId(namespace: string, app: string): string {
  return `${namespace}/${app}`;
}
