/**
 * A running summary of one series: state and algebra.
 *
 * The state is `stride` doubles at `offset` in `state`, and nothing else: copying them is a checkpoint, aiming at a copy is a
 * restore, and what follows is bit-identical. All zeros is the state of a series that has seen nothing. An instance holds no state
 * of its own, so that one instance serves a whole table of series by being aimed at one after the other.
 *
 * Every statistic ignores what is not an observation (see `isObservation`): NaN, ±Infinity and magnitudes above 1e150 change no bit
 * of the state.
 */
export interface Statistic {
  /** Doubles of state that a new series needs. */
  readonly stride: number;
  /**
   * True where the state outgrows `stride` (time windows). `update` may then replace `state` by a longer copy with the same `offset`
   * and whatever stood before it; the owner of the state has to keep the new array. Such a state is the last thing in its array.
   */
  readonly growable: boolean;
  readonly state: Float64Array;
  readonly offset: number;
  /** Observations that the answers rest on: all learnt so far, or those in the window. */
  readonly count: number;
  /** Turns to the series whose state is at `offset` in `state`. */
  aim(state: Float64Array, offset: number): this;
  /** Turns the clock to event time `time` (ms) without learning: what is too old by then is forgotten. Earlier times change nothing. */
  advance(time: number): void;
  /**
   * Learns one observation.
   * @param time event time in ms; only statistics whose memory is in event time read it
   * @param weight how many observations this one stands for; only where the statistic is `Weighted`
   */
  update(x: number, time?: number, weight?: number): void;
  /** The same as `update` for each of `xs[start..end)` in turn, to the last bit. */
  updateMany(xs: Float64Array, start?: number, end?: number, times?: Float64Array): void;
  /** Forgets everything. */
  reset(): void;
}

/** May be combined in any order: the summary of two series is the summary of their union. */
export interface Mergeable<S> {
  merge(other: S): void;
}

/** May be combined in time order only: `later` summarizes what came after everything in here. */
export interface Appendable<S> {
  append(later: S): void;
}

/** Center and spread. */
export interface MomentsStatistic extends Statistic {
  /** In the unit of the series; NaN of nothing. */
  readonly mean: number;
  /** Σw(x − mean)² / Σw for `ddof` 0; NaN until more than `ddof` observations are there. Never negative. */
  variance(ddof?: number): number;
  /** `x − mean`, without the rounding of `mean` to one double: exact far from zero. */
  deviation(x: number): number;
  /** `mean + step`, rounded once. */
  shifted(step: number): number;
}

/** Moments that take a column at once, with their state in registers. */
export interface ColumnwiseMoments extends MomentsStatistic {
  /**
   * Learns `xs[start..end)` in turn, to the last bit as `update` does, and says of each what was known before it: `deviation(x)` and
   * `variance(ddof)`, and `mean` where it is asked for. Stops at the first value that is no observation, and returns its index.
   * @param deviations as long as xs; it may be `xs` itself
   * @param variances of the value at `start + k` at k
   * @param means likewise
   */
  updateColumn(
    xs: Float64Array,
    start: number,
    end: number,
    ddof: number,
    deviations: Float64Array,
    variances: Float64Array,
    means?: Float64Array,
  ): number;
}

/** Smallest and largest. */
export interface ExtentStatistic extends Statistic {
  /** NaN of nothing. */
  readonly min: number;
  /** NaN of nothing. */
  readonly max: number;
}

/** Order statistics. */
export interface QuantileStatistic extends Statistic {
  /** The value below which a share `p` in [0, 1] of the weight lies; NaN of nothing. */
  quantile(p: number): number;
  /**
   * `quantile` of each of `ps`, to the last bit, at the cost of little more than one where they are found by walking.
   * @param ps ascending, from 0 to 1
   * @param into as long as `ps`
   * @returns false where `into` held these answers already, from the call before with the same two arrays, which nobody else has changed
   */
  quantiles(ps: Float64Array, into: Float64Array): boolean;
  /** The share of the weight below x, plus half of the weight at x: in [0, 1]; NaN of nothing. */
  rank(x: number): number;
  /** Smallest and largest observation held; NaN of nothing. */
  readonly min: number;
  readonly max: number;
  /**
   * Where x lies among what is held, from 0 at the smallest to 1 at the largest: never falling in x, linear between the points of the
   * summary; values that are held many times are at the middle of their stretch. NaN of nothing.
   */
  position(x: number): number;
  /** The value at a position in [0, 1]: the inverse of `position`. NaN of nothing. */
  valueAt(position: number): number;
  /** Median of |x − median| over what is held, not multiplied by anything; NaN of nothing. */
  medianDeviation(): number;
  /** Calls `visit` with the summary as weighted points, in ascending order of value. */
  forEach(visit: (value: number, weight: number) => void): void;
}

/** A memory in event time that some values come too late for: they are not learnt. */
export interface LatenessAware {
  isTooLate(time: number): boolean;
}

/** Is the weight of an observation honoured by `update`? Those that ignore it do not claim this interface. */
export interface Weighted {
  readonly weighted: true;
}
