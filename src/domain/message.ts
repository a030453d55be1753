/** The messages that a running deployment takes: Updates, and Signals of the same names. */
import { outOfBounds } from './input-limits.ts';

export const messageNames = ['approve', 'reject', 'rollback', 'finish'] as const;
export type MessageName = (typeof messageNames)[number];

/** The one argument of each message. Everything is optional so that an empty form in the Temporal UI works. */
export interface Message {
  /** Who decides: a person, or the CI job that speaks for one. */
  readonly by?: string;
  readonly reason?: string;
}

/** `finish` sent by the next deployment of the app: stable's slot is left to it instead of being torn down. */
export interface FinishMessage extends Message {
  readonly supersededBy?: string;
  /** The next deployment's raw spec: the retention ends only if its preflight would not refuse it. */
  readonly successor?: unknown;
  /** As the next deployment's own request has it. */
  readonly deleteUnmanaged?: boolean;
}

/** A message whose fields are known to be there and of a size that fits the record. */
export interface ReadMessage {
  readonly by: string;
  readonly reason: string;
  readonly supersededBy: string | null;
}

const limits = { by: 200, reason: 1_000, supersededBy: 200 } as const;

export type MessageReading =
  { readonly ok: true; readonly message: ReadMessage } | { readonly ok: false; readonly refusal: string };

/** Reads a message of unknown origin, however large; the refusal names the field and what would be right. */
export function readMessage(input: unknown): MessageReading {
  if (input !== undefined && input !== null && (typeof input !== 'object' || Array.isArray(input))) {
    return refuse('the message has to be one JSON object such as {"by": "ann", "reason": "checked the dashboards"}');
  }
  const fields = (input ?? {}) as Record<string, unknown>;
  const bounds = outOfBounds(fields['successor']);
  if (bounds !== null) return refuse(`"successor" ${bounds.message}`);
  for (const [name, longest] of Object.entries(limits)) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return refuse(`"${name}" has to be text`);
    if (value.length > longest) return refuse(`"${name}" may have ${longest} characters at most, not ${value.length}`);
  }
  const text = (name: keyof typeof limits): string | null => {
    const value = fields[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  return {
    ok: true,
    message: {
      by: text('by') ?? 'somebody who gave no name',
      reason: text('reason') ?? 'no reason given',
      supersededBy: text('supersededBy'),
    },
  };
}

function refuse(refusal: string): MessageReading {
  return { ok: false, refusal };
}

/** The same, cut to what a message has room for: a reason may be a whole commit message. */
export function fitted({ by, reason }: { readonly [Field in keyof Message]?: string | undefined }): Message {
  return {
    ...(by === undefined ? {} : { by: by.slice(0, limits.by) }),
    ...(reason === undefined ? {} : { reason: reason.slice(0, limits.reason) }),
  };
}
