import { IncompatibleStateError } from '../errors.js';
import type { SeriesTable } from './series-table.js';
import type { StateColumn } from './state-column.js';

/** The column of a field: the one that is there; a new one where that is of another configuration, `restarted` being told its name. */
export function attachColumn(
  table: SeriesTable,
  name: string,
  fingerprint: string,
  { stride, growable }: { readonly stride: number; readonly growable: boolean },
  restarted: string[],
): StateColumn {
  try {
    return table.column(name, fingerprint, stride, growable);
  } catch (error) {
    if (!(error instanceof IncompatibleStateError)) throw error;
    table.dropColumn(name);
    restarted.push(name);
    return table.column(name, fingerprint, stride, growable);
  }
}
