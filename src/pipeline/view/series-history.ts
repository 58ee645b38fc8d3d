import type { Happening, SeriesPoints, SeriesRow, SeriesState } from './series-view.js';

/** What is known of an observation when it has been scored; `normalized` is NaN where there is no score. */
export interface ScoredPoint {
  readonly time: number;
  readonly value: number;
  readonly normalized: number;
  readonly center: number;
  readonly scale: number;
  readonly count: number;
  readonly epoch: number;
}

/** The newest time of series that are told together, as those of a partition: whether one is silent is judged by it. */
export interface SeriesClock {
  /** Epoch ms; −Infinity before anything was told. */
  now: number;
}

/** Scores that a row shows. */
const RECENT = 60;
/** Marks kept of one series. */
const MOST_MARKS = 50;
/** A score this far out is a warning by itself; so many in a row beyond that are one together. */
const FAR = 5;
const OUT = 2;
const OUT_IN_A_ROW = 8;
/** Values that repeat each other for so long are those of a stuck sensor. */
const FLAT_AFTER = 12;
/** Observations for which a renormalization is news. */
const NEWS = 60;
/** So many of its usual gaps without a word, and a series is silent. */
const SILENT_GAPS = 10;

const orNull = (x: number) => (Number.isFinite(x) ? x : null);

/** Room that a series begins with, in points: most are looked at as one line of a table. */
const FIRST_ROOM = 64;

/** The last observations of one series, in rings: adding one allocates nothing, but when the rings grow to their full length. */
export class SeriesHistory {
  readonly id: string;
  readonly key: string;
  readonly field: string;
  readonly unit: string | null;
  /** What a search looks at, in lower case. */
  readonly searchable: string;
  readonly marks: Happening[] = [];
  count = 0;
  epoch = 0;
  readonly clock: SeriesClock;
  readonly #most: number;
  #capacity: number;
  #time: Float64Array;
  #value: Float64Array;
  #normalized: Float64Array;
  #center: Float64Array;
  #scale: Float64Array;
  #lastCenter = Number.NaN;
  #lastScale = Number.NaN;
  /** Observations ever. */
  #seen = 0;
  #renormalizedAt = Number.NEGATIVE_INFINITY;
  #repeats = 0;
  /** Mean time between observations, in ms; forgets slowly. */
  #gap = Number.NaN;

  /** @param most points that are kept */
  constructor(id: string, key: string, field: string, unit: string | null, most: number, clock: SeriesClock) {
    this.id = id;
    this.key = key;
    this.field = field;
    this.unit = unit;
    this.searchable = `${key}\n${field}`.toLowerCase();
    this.clock = clock;
    this.#most = most;
    const capacity = Math.min(most, FIRST_ROOM);
    this.#capacity = capacity;
    this.#time = new Float64Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#normalized = new Float64Array(capacity);
    this.#center = new Float64Array(capacity);
    this.#scale = new Float64Array(capacity);
  }

  /** Tells how a series is now; heeded where it has learnt more than was told. */
  prime({ center, scale, count, epoch }: Pick<ScoredPoint, 'center' | 'scale' | 'count' | 'epoch'>): void {
    // A score rests on one observation less than is known after it.
    if (count <= this.count + 1 && this.#seen > 0) return;
    this.#lastCenter = center;
    this.#lastScale = scale;
    this.count = count;
    this.epoch = epoch;
  }

  add(point: ScoredPoint): void {
    const { time, value } = point;
    if (time > this.clock.now) this.clock.now = time;
    if (this.#seen === this.#capacity && this.#capacity < this.#most) this.#grow();
    if (this.#seen > 0) {
      const last = (this.#seen - 1) % this.#capacity;
      this.#repeats = value === this.#value[last] ? this.#repeats + 1 : 0;
      const gap = time - this.#time[last]!;
      if (gap > 0) this.#gap = Number.isNaN(this.#gap) ? gap : this.#gap + 0.05 * (gap - this.#gap);
    }
    const at = this.#seen++ % this.#capacity;
    this.#time[at] = time;
    this.#value[at] = value;
    this.#normalized[at] = point.normalized;
    this.#center[at] = point.center;
    this.#scale[at] = point.scale;
    this.#lastCenter = point.center;
    this.#lastScale = point.scale;
    this.count = point.count;
    this.epoch = point.epoch;
  }

  mark(happening: Happening): void {
    if (happening.kind === 'renormalization') this.#renormalizedAt = this.#seen;
    this.marks.push(happening);
    if (this.marks.length > MOST_MARKS) this.marks.shift();
  }

  /** The last score; NaN where there is none. */
  get score(): number {
    return this.#last(this.#normalized);
  }

  get state(): SeriesState {
    if (this.#seen === 0) return this.count > 0 ? 'silent' : 'warming';
    if (this.clock.now - this.#last(this.#time) > SILENT_GAPS * this.#gap) return 'silent';
    if (this.#repeats >= FLAT_AFTER) return 'flat';
    if (Number.isNaN(this.score)) return 'warming';
    if (this.#seen - this.#renormalizedAt < NEWS) return 'drifted';
    return this.#isOut() ? 'warning' : 'stable';
  }

  row(): SeriesRow {
    const { id, key, field, unit, count, epoch, state } = this;
    return {
      id,
      key,
      field,
      unit,
      value: orNull(this.#last(this.#value)),
      normalized: orNull(this.score),
      center: orNull(this.#lastCenter),
      scale: orNull(this.#lastScale),
      count,
      epoch,
      state,
      // To a thousandth: they are drawn, and whole doubles are most of what a page would be sent.
      recent: this.#column(this.#normalized, Math.max(0, this.#seen - Math.min(RECENT, this.#capacity))).map(
        (score) => score && Math.round(1000 * score) / 1000,
      ),
    };
  }

  /** Points from number `from` on, as far as they are kept. */
  points(from: number): SeriesPoints {
    const first = Math.min(Math.max(from, this.#seen - this.#capacity, 0), this.#seen);
    return {
      from: first,
      time: this.#column(this.#time, first) as number[],
      value: this.#column(this.#value, first),
      normalized: this.#column(this.#normalized, first),
      center: this.#column(this.#center, first),
      scale: this.#column(this.#scale, first),
    };
  }

  /** Doubles the rings while nothing has been overwritten yet. */
  #grow(): void {
    this.#capacity = Math.min(this.#most, 2 * this.#capacity);
    const longer = (column: Float64Array) => {
      const copy = new Float64Array(this.#capacity);
      copy.set(column);
      return copy;
    };
    this.#time = longer(this.#time);
    this.#value = longer(this.#value);
    this.#normalized = longer(this.#normalized);
    this.#center = longer(this.#center);
    this.#scale = longer(this.#scale);
  }

  #isOut(): boolean {
    if (Math.abs(this.score) >= FAR) return true;
    if (this.#seen < OUT_IN_A_ROW) return false;
    const side = Math.sign(this.score);
    for (let i = this.#seen - OUT_IN_A_ROW; i < this.#seen; i++)
      if (!(this.#normalized[i % this.#capacity]! * side > OUT)) return false;
    return true;
  }

  #last(column: Float64Array): number {
    return this.#seen === 0 ? Number.NaN : column[(this.#seen - 1) % this.#capacity]!;
  }

  #column(column: Float64Array, from: number): (number | null)[] {
    const values: (number | null)[] = [];
    for (let i = from; i < this.#seen; i++) values.push(orNull(column[i % this.#capacity]!));
    return values;
  }
}
