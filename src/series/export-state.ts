import type { SeriesTable } from './series-table.js';

/** A table as JSON: for people, other programs, and moving state between machines. Numbers that JSON lacks are text. */
export interface ExportedState {
  streamnorm: 1;
  columns: { name: string; fingerprint: string; stride: number; growable: boolean }[];
  series: { key: string; state: Record<string, (number | string)[]> }[];
}

/** Every series of a table with the doubles of its states, so written that `importState` makes the same bits of them. */
export function exportState(table: SeriesTable): ExportedState {
  const { columns } = table;
  return {
    streamnorm: 1,
    columns: columns.map(({ name, fingerprint, stride, growable }) => ({ name, fingerprint, stride, growable })),
    series: Array.from(table.entries(), ([key, slot]) => ({
      key,
      state: Object.fromEntries(
        columns
          .map((column) => [column.name, Array.from(column.stateOf(slot), spell)] as const)
          .filter(([, state]) => state.length > 0),
      ),
    })),
  };
}

function spell(x: number): number | string {
  return Object.is(x, -0) || !Number.isFinite(x) ? (Object.is(x, -0) ? '-0' : String(x)) : x;
}
