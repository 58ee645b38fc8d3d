import { CorruptCheckpointError } from '../errors.js';
import type { ExportedState } from './export-state.js';
import { SeriesTable, type SeriesTableOptions } from './series-table.js';
import type { StateColumn } from './state-column.js';

/** More than a statistic ever has. */
const LARGEST_STRIDE = 2 ** 27;

/**
 * The table that `exportState` described: the same states, bit for bit, in the same order.
 * @throws CorruptCheckpointError naming what is wrong and where
 */
export function importState(exported: unknown, options: SeriesTableOptions = {}): SeriesTable {
  const { streamnorm, columns, series, counters } = (exported ?? {}) as Partial<ExportedState>;
  if (streamnorm !== 1 || !Array.isArray(columns) || !Array.isArray(series))
    throw new CorruptCheckpointError('not an exported state: streamnorm must be 1, columns and series lists');
  const hasTimes = series.some((given) => given?.seen !== undefined);
  const table = new SeriesTable(hasTimes ? { maxSeries: Number.MAX_SAFE_INTEGER } : {});
  const names = new Set<string>();
  const made = columns.map((column, i) => {
    const { name, fingerprint, stride, growable } = column ?? {};
    if (
      typeof name !== 'string' ||
      typeof fingerprint !== 'string' ||
      !(Number.isSafeInteger(stride) && stride > 0 && stride <= LARGEST_STRIDE) ||
      typeof growable !== 'boolean'
    )
      throw new CorruptCheckpointError(`columns[${i}]: must have name, fingerprint, stride and growable`);
    if (names.has(name)) throw new CorruptCheckpointError(`columns[${i}]: ${JSON.stringify(name)} comes twice`);
    names.add(name);
    return table.column(name, fingerprint, stride, growable);
  });
  series.forEach((given, i) => {
    importSeries(table, made, given, `series[${i}]`);
  });
  for (const name of Object.keys(table.counters) as (keyof typeof table.counters)[]) {
    const counted = counters?.[name];
    if (Number.isSafeInteger(counted)) table.counters[name] = counted!;
  }
  return SeriesTable.fromBytes(table.toBytes(), options); // under the bounds asked for
}

function importSeries(table: SeriesTable, columns: readonly StateColumn[], series: unknown, where: string): void {
  const { key, seen, state } = (series ?? {}) as Partial<ExportedState['series'][number]>;
  if (typeof key !== 'string' || typeof state !== 'object' || state === null)
    throw new CorruptCheckpointError(`${where}: must have key and state`);
  if (seen !== undefined && !Number.isFinite(seen))
    throw new CorruptCheckpointError(`${where}.seen: must be a time in ms, got ${JSON.stringify(seen)}`);
  if (table.find(key) >= 0) throw new CorruptCheckpointError(`${where}: ${JSON.stringify(key)} comes twice`);
  const slot = table.slotOf(key, seen);
  for (const column of columns) {
    const numbers = Object.hasOwn(state, column.name) ? state[column.name] : undefined;
    if (numbers === undefined) continue;
    const at = `${where}.state[${JSON.stringify(column.name)}]`;
    if (!Array.isArray(numbers)) throw new CorruptCheckpointError(`${at}: must be a list of numbers`);
    const doubles = Float64Array.from(numbers, (x) => read(x, at));
    if (column.growable ? doubles.length < column.stride : doubles.length !== column.stride)
      throw new CorruptCheckpointError(
        `${at}: must be ${column.growable ? 'at least ' : ''}${column.stride} numbers, got ${doubles.length}`,
      );
    column.restore(slot, doubles);
  }
}

function read(x: unknown, where: string): number {
  if (typeof x === 'number') return x;
  if (typeof x === 'string' && ['-0', 'NaN', 'Infinity', '-Infinity'].includes(x)) return Number(x);
  throw new CorruptCheckpointError(`${where}: ${JSON.stringify(x)} must be a number, -0, NaN, Infinity or -Infinity`);
}
