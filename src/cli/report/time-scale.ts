/**
 * From times to places across a chart. Minutes that are watched stand beside hours that are only waited for, so waiting
 * takes no more than its share of the width; where it was cut short, the chart says so.
 */
export interface Stage {
  readonly from: number;
  readonly to: number;
  /** Whether nothing is drawn in it, so that it may be cut short. */
  readonly isWait: boolean;
}

export interface TimeScale {
  /** 0 at the left, 1 at the right. */
  readonly position: (time: number) => number;
  /** The waits that are shorter on the chart than they were. */
  readonly cuts: readonly Stage[];
}

/** The most that one wait takes of the width that everything else takes. */
const shareOfWait = 0.14;

/** A scale over stages that follow one another. */
export function timeScale(stages: readonly Stage[]): TimeScale {
  const worked = stages.reduce((sum, stage) => sum + (stage.isWait ? 0 : stage.to - stage.from), 0);
  const longestWait = worked * shareOfWait;
  const isCut = (stage: Stage): boolean => worked > 0 && stage.isWait && stage.to - stage.from > longestWait;
  const widths = stages.map((stage) => (isCut(stage) ? longestWait : stage.to - stage.from));
  const total = widths.reduce((sum, width) => sum + width, 0);
  return {
    position: (time) => {
      let before = 0;
      for (const [index, { from, to }] of stages.entries()) {
        const width = widths[index] ?? 0;
        if (time <= to || index === stages.length - 1) {
          const within = to > from ? Math.min(1, Math.max(0, (time - from) / (to - from))) : 0;
          return total === 0 ? 0 : (before + within * width) / total;
        }
        before += width;
      }
      return 0;
    },
    cuts: stages.filter(isCut),
  };
}
