import type { Paint } from './paint.js';

export interface Column<T> {
  head: string;
  text: (row: T) => string;
  /** Left for words; numbers stand right. */
  left?: boolean;
}

/** Rows under heads, as wide as they need; a marked row stands out. */
export function table<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  { paint, isMarked = () => false, indent = 2 }: { paint: Paint; isMarked?: (row: T) => boolean; indent?: number },
): string[] {
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ head }, c) => Math.max(head.length, ...cells.map((row) => row[c]!.length)));
  const line = (parts: readonly string[]) =>
    parts
      .map((part, c) => (columns[c]!.left ? part.padEnd(widths[c]!) : part.padStart(widths[c]!)))
      .join('  ')
      .trimEnd();
  const space = ' '.repeat(indent);
  return [
    space + paint('dim', line(columns.map(({ head }) => head))),
    ...rows.map((row, r) =>
      isMarked(row) ? `${' '.repeat(indent - 2)}${paint('green', `▸ ${line(cells[r]!)}`)}` : space + line(cells[r]!),
    ),
  ];
}
