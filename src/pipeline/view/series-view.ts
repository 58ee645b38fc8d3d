/*
 * What a page or a terminal may ask of a running pipeline about its series. Read-only and plain JSON, so that it can be answered by another
 * process; numbers that are not finite are null.
 */

/**
 * How a series does: `warming` has no score yet; `warning` is far out now, or out to one side for a while; `drifted` was renormalized a short
 * time ago; `flat` repeats one value; `silent` says nothing while others do.
 */
export type SeriesState = 'warming' | 'stable' | 'warning' | 'drifted' | 'flat' | 'silent';

export interface SeriesRow {
  /** Opaque; stays the same as long as the series is there. */
  readonly id: string;
  readonly key: string;
  readonly field: string;
  readonly unit: string | null;
  /** The last value, in the unit of the series, its score, and what that was made of. */
  readonly value: number | null;
  readonly normalized: number | null;
  readonly center: number | null;
  readonly scale: number | null;
  readonly count: number;
  readonly epoch: number;
  readonly state: SeriesState;
  /** The last scores, oldest first; null where there was none. */
  readonly recent: readonly (number | null)[];
}

export type SeriesOrder = 'name' | 'score' | 'count' | 'epoch' | 'state';

export interface SeriesQuery {
  /** Only series whose key or field holds this text, in any case. */
  readonly search?: string;
  readonly state?: SeriesState;
  /** @defaultValue 'name' */
  readonly order?: SeriesOrder;
  readonly descending?: boolean;
  readonly offset?: number;
  readonly limit?: number;
}

export interface SeriesPage {
  /** Series that match, and all there are. */
  readonly matching: number;
  readonly total: number;
  readonly rows: readonly SeriesRow[];
}

/** Observations of a series in columns, oldest first. */
export interface SeriesPoints {
  /** Number of the first point since the series began; the next to be asked for is `from + time.length`. */
  readonly from: number;
  /** Epoch ms. */
  readonly time: readonly number[];
  readonly value: readonly (number | null)[];
  readonly normalized: readonly (number | null)[];
  readonly center: readonly (number | null)[];
  readonly scale: readonly (number | null)[];
}

/** Something that happened, to one series or to the run. */
export interface Happening {
  /** Grows by 1. */
  readonly number: number;
  /** Epoch ms, of the series' own time where there is a series. */
  readonly at: number;
  readonly kind: 'renormalization' | 'rebalance' | 'restore' | 'backend' | 'dead-letter' | 'note';
  /** A sentence. */
  readonly text: string;
  readonly series?: string;
  readonly change?: {
    readonly cause: string;
    readonly oldCenter: number | null;
    readonly oldScale: number | null;
    readonly newCenter: number | null;
    readonly newScale: number | null;
  };
}

export interface SeriesDetail {
  readonly row: SeriesRow;
  readonly points: SeriesPoints;
  /** What happened to this series, oldest first. */
  readonly marks: readonly Happening[];
}

/** What a running pipeline shows of its series. Answers may come later, from another process. */
export interface SeriesView {
  find(query: SeriesQuery): SeriesPage | Promise<SeriesPage>;
  /** One series and its points from number `from` on, as far as they are kept; undefined when there is none of this id. */
  read(id: string, from?: number): SeriesDetail | undefined | Promise<SeriesDetail | undefined>;
  /** What happened after number `after`, oldest first, at most so many. */
  happenings(after: number, limit: number): readonly Happening[] | Promise<readonly Happening[]>;
}
