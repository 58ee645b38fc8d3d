import { CorruptCheckpointError } from '../errors.js';
import type { ExportedState } from './export-state.js';
import { SeriesTable, type SeriesTableOptions } from './series-table.js';

/**
 * The table that `exportState` described, to the last bit.
 * @throws CorruptCheckpointError naming what is wrong and where
 */
export function importState(exported: unknown, options: SeriesTableOptions = {}): SeriesTable {
  const state = exported as Partial<ExportedState> | null;
  if (state?.streamnorm !== 1 || !Array.isArray(state.columns) || !Array.isArray(state.series))
    throw new CorruptCheckpointError('not an exported state: streamnorm must be 1, columns and series lists');
  const table = new SeriesTable(options);
  const columns = state.columns.map(({ name, fingerprint, stride, growable }, i) => {
    if (
      typeof name !== 'string' ||
      typeof fingerprint !== 'string' ||
      !(Number.isSafeInteger(stride) && stride > 0 && stride <= 2 ** 27) ||
      typeof growable !== 'boolean'
    )
      throw new CorruptCheckpointError(`columns[${i}]: must have name, fingerprint, stride and growable`);
    return table.column(name, fingerprint, stride, growable);
  });
  state.series.forEach((series, i) => {
    if (typeof series?.key !== 'string' || typeof series.state !== 'object' || series.state === null)
      throw new CorruptCheckpointError(`series[${i}]: must have key and state`);
    if (table.find(series.key) >= 0)
      throw new CorruptCheckpointError(`series[${i}]: ${JSON.stringify(series.key)} comes twice`);
    const slot = table.slotOf(series.key);
    for (const column of columns) {
      const numbers = Object.hasOwn(series.state, column.name) ? series.state[column.name] : undefined;
      if (numbers === undefined) continue;
      const doubles = Array.isArray(numbers) ? Float64Array.from(numbers, read) : new Float64Array(0);
      const fits = column.growable ? doubles.length >= column.stride : doubles.length === column.stride;
      if (!fits)
        throw new CorruptCheckpointError(
          `series[${i}].state.${column.name}: must be ${column.growable ? 'at least ' : ''}${column.stride} numbers, got ${doubles.length}`,
        );
      column.restore(slot, doubles);
    }
  });
  return table;
}

function read(x: number | string): number {
  if (typeof x === 'number') return x;
  if (['-0', 'NaN', 'Infinity', '-Infinity'].includes(x)) return Number(x);
  throw new CorruptCheckpointError(`${JSON.stringify(x)} must be a number, -0, NaN, Infinity or -Infinity`);
}
