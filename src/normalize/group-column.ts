import type { SeriesTable } from '../series/series-table.js';
import type { StateColumn } from '../series/state-column.js';
import { SeriesGroup } from '../stats/series-group.js';
import { KEY_SEPARATOR } from './key-separator.js';
import type { Scorer } from './scorer.js';

/** The key under which a group stands in a table of series: one that no series of its own has. */
export function groupKey(group: string): string {
  return `${KEY_SEPARATOR}group${KEY_SEPARATOR}${group}`;
}

/** What the groups of a table know of one field, and how a scorer is turned to it. */
export class GroupColumn {
  readonly #column: StateColumn;
  readonly #target: { state: Float64Array; aim: (state: Float64Array, offset: number) => void };

  constructor(table: SeriesTable, field: string, scorer: Scorer) {
    this.#column = table.column(`${field}${KEY_SEPARATOR}group`, 'series group', SeriesGroup.stride, false);
    this.#target = { state: new Float64Array(0), aim: (state, offset) => scorer.aimGroup(state, offset) };
  }

  /** @param slot of the group, as of `groupKey` */
  aim(slot: number): void {
    this.#column.aim(this.#target, slot);
  }
}
