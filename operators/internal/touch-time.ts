import { asyncScheduler } from 'rxjs';
import type { SeriesTable } from '../../src/series/series-table.js';

/** When a series counts as seen, for a table that forgets the silent: the event time, else the clock; NaN where nothing is forgotten. */
export function touchTime(eventTime: number, table: SeriesTable): number {
  if (Number.isFinite(eventTime)) return eventTime;
  return table.ttl === undefined ? Number.NaN : asyncScheduler.now();
}
