import type { SeriesTable } from './series-table.js';

/** A table as JSON: for people, other programs, and moving state between machines. Numbers that JSON lacks are text. */
export interface ExportedState {
  streamnorm: 1;
  columns: { name: string; fingerprint: string; stride: number; growable: boolean }[];
  /** From the one not seen for longest on, where that is kept. */
  series: {
    key: string /** ms; absent where it is not kept. */;
    seen?: number;
    state: Record<string, (number | string)[]>;
  }[];
  counters: Record<string, number>;
}

/**
 * Every series of a table with the doubles of its states, so written that `importState` makes the same bits of them (of a NaN, that it is
 * one). Slots are not kept.
 */
export function exportState(table: SeriesTable): ExportedState {
  const { columns } = table;
  return {
    streamnorm: 1,
    columns: columns.map(({ name, fingerprint, stride, growable }) => ({ name, fingerprint, stride, growable })),
    series: Array.from(table.entries(), ([key, slot]) => {
      const seen = table.seenAt(slot);
      const states = columns.map((column) => [column.name, Array.from(column.stateOf(slot), spell)] as const);
      const state = Object.fromEntries(states.filter(([, numbers]) => numbers.length > 0));
      return { key, ...(seen !== undefined && { seen }), state };
    }),
    counters: { ...table.counters },
  };
}

function spell(x: number): number | string {
  if (Object.is(x, -0)) return '-0';
  return Number.isFinite(x) ? x : String(x);
}
