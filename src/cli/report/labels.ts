/** Which of the labels along a line have room. */
export interface Label {
  readonly text: string;
  /** 0 to 1. */
  readonly position: number;
}

export interface PlacedLabel extends Label {
  readonly anchor: 'start' | 'middle' | 'end';
  /** Only where the page is wide. */
  readonly isWideOnly: boolean;
}

/** What a chart has of the width of a phone and of a desk. */
const widths = { narrow: 230, wide: 700 } as const;
const widthOfCharacter = 7;
const gap = 10;

/** Those that have room, the first ones first; those at the edges stay inside. */
export function placeLabels(labels: readonly Label[]): PlacedLabel[] {
  const narrow = fitting(labels, widths.narrow);
  const wide = fitting([...narrow, ...labels.filter((label) => !narrow.includes(label))], widths.wide);
  return wide.map((label) => ({ ...label, anchor: anchorOf(label), isWideOnly: !narrow.includes(label) }));
}

/** Whether a wide page has room for a text in this share of a chart's width. */
export function hasRoom(text: string, share: number): boolean {
  return text.length * widthOfCharacter <= share * widths.wide;
}

function fitting(labels: readonly Label[], width: number): Label[] {
  const kept: { label: Label; from: number; to: number }[] = [];
  for (const label of labels) {
    const [from, to] = extent(label, width);
    if (kept.every((other) => to + gap <= other.from || from >= other.to + gap)) kept.push({ label, from, to });
  }
  return kept.map(({ label }) => label);
}

/** The same at every width: what has to stay inside on a phone does so everywhere. */
function anchorOf({ text, position }: Label): PlacedLabel['anchor'] {
  const half = (text.length * widthOfCharacter) / 2;
  if (position * widths.narrow < half) return 'start';
  return (1 - position) * widths.narrow < half ? 'end' : 'middle';
}

function extent(label: Label, width: number): [from: number, to: number] {
  const length = label.text.length * widthOfCharacter;
  const at = label.position * width;
  switch (anchorOf(label)) {
    case 'start':
      return [at, at + length];
    case 'middle':
      return [at - length / 2, at + length / 2];
    case 'end':
      return [at - length, at];
  }
}
