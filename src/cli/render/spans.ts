/** Text for a terminal, as lines of pieces with a look each: measured and cut as plain text, coloured at the end. */
import { stripVTControlCharacters } from 'node:util';
import { numberOf } from '../../domain/number-of.ts';

export type Look = 'plain' | 'strong' | 'quiet' | 'good' | 'bad' | 'warning' | 'blue' | 'green';

export interface Span {
  readonly text: string;
  readonly look: Look;
}

export type Line = readonly Span[];

export interface TextOptions {
  /** Columns of the terminal; lines are cut to it. Infinity for none. */
  readonly width: number;
  readonly colours: boolean;
}

export function span(text: string, look: Look = 'plain'): Span {
  return { text: oneLine(text), look };
}

export const blank: Line = [];

/** One text, its lines cut to the width and coloured where that is wanted; no newline at the end. */
export function toText(lines: readonly Line[], options: TextOptions): string {
  return lines.map((line) => renderLine(line, options)).join('\n');
}

/** Rows whose columns stand in line; the last column is not filled up. */
export function table(rows: readonly Line[], indent = 2, gap = 2): Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(({ text }, column) => (widths[column] = Math.max(widths[column] ?? 0, text.length)));
  }
  return rows.map((row) =>
    row.flatMap((cell, column) => {
      const isLast = column === row.length - 1;
      const filler = isLast ? '' : ' '.repeat((widths[column] ?? 0) - cell.text.length + gap);
      const before = column === 0 ? [span(' '.repeat(indent))] : [];
      return [...before, cell, { text: filler, look: 'plain' as const }];
    }),
  );
}

/** A text of several lines, broken at words, each line indented; at most `most` lines. */
export function paragraph(text: string, width: number, look: Look, indent = 2, most = 30): Line[] {
  const room = Math.max(20, Math.min(width, 120) - indent);
  const lines = text.split('\n').flatMap((line) => wrap(stripVTControlCharacters(line), room));
  const shown = lines.slice(0, most).map((line) => [span(' '.repeat(indent)), span(line, look)]);
  const more = lines.length - shown.length;
  return more === 0 ? shown : [...shown, [span(`${' '.repeat(indent)}… ${numberOf(more, 'more line')}`, 'quiet')]];
}

function wrap(line: string, room: number): string[] {
  const lines: string[] = [];
  let rest = line.trimEnd();
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const end = space > room / 2 ? space : room;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function renderLine(line: Line, { width, colours }: TextOptions): string {
  let room = width;
  let text = '';
  for (const piece of line) {
    if (room <= 0) break;
    const fitting = piece.text.length > room ? `${piece.text.slice(0, room - 1)}…` : piece.text;
    room -= piece.text.length;
    text += colours ? paint(fitting, piece.look) : fitting;
  }
  return colours ? text : text.trimEnd();
}

function paint(text: string, look: Look): string {
  const code = codes[look];
  return code === null || text.trim() === '' ? text : `\u001B[${code}m${text}\u001B[0m`;
}

const codes: Readonly<Record<Look, string | null>> = {
  plain: null,
  strong: '1',
  quiet: '2',
  good: '32',
  bad: '1;31',
  warning: '33',
  blue: '1;34',
  green: '1;32',
};

/** What a cluster or a user wrote must neither move the cursor nor break a line; several reasons, one a line, stay apart. */
function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/(?<=:)\s*\n\s*/g, ' ')
    .replaceAll(/(?<=\S)\s*\n\s*(?=\S)/g, '; ')
    .replaceAll(/\p{Cc}+/gu, ' ');
}
