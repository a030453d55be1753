/** What the logs of both slots said during a watch. */

/** The errors in the candidate's logs, with how often stable logs them, too. */
export interface LogEvidence {
  readonly candidate: LogsRead;
  readonly stable: LogsRead | null;
  /** The worst first; at most ten, of which those that fail the candidate come first. */
  readonly templates: readonly LogTemplate[];
  /** How many there are beside these. */
  readonly others: number;
}

/** How much of a slot's logs was read. */
export interface LogsRead {
  /** The pods that were read, by name, at most twenty; and how many were ready. */
  readonly pods: readonly string[];
  readonly ready: number;
  readonly lines: number;
  /** Errors among these lines, and how many of them a pattern of the spec allows. */
  readonly errors: number;
  readonly allowed: number;
  /** Errors of more kinds than can be kept. */
  readonly unfiled: number;
  /** How often lines of a pod were left out: there were more than are read at a time. */
  readonly leftOut: number;
}

/** Errors that are the same but for what varies. */
export interface LogTemplate {
  /** The message, with what varies masked: `timeout of <ip> after <duration>`. */
  readonly template: string;
  /** One of the lines, with credentials masked; at most 160 characters. */
  readonly sample: string;
  /**
   * - `new`: stable does not log it, and the candidate fails by it
   * - `more-frequent`: stable logs it less often than chance allows, and the candidate fails by it
   * - `rare`: stable does not log it, but there are too few lines, or pods, to fail by it
   * - `known`: stable logs it, too
   */
  readonly kind: 'new' | 'more-frequent' | 'rare' | 'known';
  /** Lines of the candidate; some of the pods that logged it, at most three; and how many did at least. */
  readonly count: number;
  readonly pods: readonly string[];
  readonly podCount: number;
  /** Lines of stable during the watch, and in the time before it that the spec names. */
  readonly stableCount: number;
  /** When the candidate's first was written, ISO 8601. */
  readonly firstSeen: string | null;
}
