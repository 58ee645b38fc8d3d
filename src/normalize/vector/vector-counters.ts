import type { SeriesCounters } from '../../series/series-counters.js';

/** What of a table's counters the scorers of vectors count. */
export type VectorCounters = Pick<SeriesCounters, 'missing' | 'untimed' | 'leftOut'>;
