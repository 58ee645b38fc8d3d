/** What happened to the series of a table, and to values that were not learnt. Plain numbers, counted up by whoever sees it. */
export interface SeriesCounters {
  /** Series begun. */
  created: number;
  /** Series forgotten because nothing of them was seen for `ttl`. */
  expired: number;
  /** Series forgotten to keep within `maxSeries`. */
  evicted: number;
  /** Values that were no observation: null, NaN, ±Infinity, absent, text, beyond ±1e150. */
  missing: number;
  /** Values too late for their window: scored, not learnt. */
  late: number;
  /** Values whose event time could not be read, where the memory needs one: scored, not learnt. */
  untimed: number;
  /** Values further than `learnWithin` scales from the center: scored, not learnt. */
  gated: number;
  /** Terms and categories left out, each time that one came, as the vocabulary of the series had no room for it. */
  leftOut: number;
}

export function noSeriesCounted(): SeriesCounters {
  return { created: 0, expired: 0, evicted: 0, missing: 0, late: 0, untimed: 0, gated: 0, leftOut: 0 };
}
