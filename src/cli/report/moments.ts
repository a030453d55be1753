/** What happened at one moment: the switches of production, and what people decided. */
import type { DecisionRecord, DeploymentState, SwitchRecord } from '../../domain/state.ts';

export type Moment =
  | { readonly kind: 'switch'; readonly at: number; readonly words: string; readonly record: SwitchRecord }
  | { readonly kind: 'decision'; readonly at: number; readonly words: string; readonly record: DecisionRecord };

/** In the order in which they happened. */
export function momentsOf({ switches, decisions }: DeploymentState): Moment[] {
  return [
    ...decisions.map((record) => ({
      kind: 'decision' as const,
      at: Date.parse(record.at),
      words: `${record.kind}: ${shortened(record.by)}`,
      record,
    })),
    ...switches.map((record) => ({
      kind: 'switch' as const,
      at: Date.parse(record.patchedAt),
      words: record.kind === 'by-hand' ? `by hand: ${record.to ?? 'nothing'}` : record.kind,
      record,
    })),
  ].toSorted((a, b) => a.at - b.at);
}

const longest = 18;

/** A label stands on a chart. */
function shortened(name: string): string {
  return name.length <= longest ? name : `${name.slice(0, longest - 1)}…`;
}
