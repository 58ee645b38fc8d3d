import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { BinnedPoints } from './binned-points.js';
import { ExactPoints } from './exact-points.js';
import { SketchBins } from './sketch-bins.js';
import * as at from './sketch-layout.js';
import { StateView } from './state-view.js';
import type { QuantileStatistic } from './statistic.js';

export interface QuantileSketchOptions {
  /** Error of a quantile, relative to its distance from the pivot. @defaultValue 0.01 */
  accuracy?: number | undefined;
  /** Bins of the state, at most. @defaultValue 1024 */
  maxBins?: number | undefined;
  /** What distances are measured from; `'auto'` finds and follows the median. @defaultValue `'auto'` */
  pivot?: 'auto' | number | undefined;
}

/** With a pivot of its own, a sketch tells distances apart down to this share of the median distance. */
const RESOLUTION = 1e-3;
/** How many times as far as seven eighths of the first values lie the bins must reach from the start. */
const REACH = 4;
/** Coarser than this share of the median distance is too coarse. */
const COARSE = 0.05;
/** This share of the weight may lie outside the range, or so many observations of now if that is more. */
const OUTSIDE = 0.01;
const FEW_OUTSIDE = 4;

/** What all quantile sketches share: `QuantileSketch` says how they work. Subclasses say what an observation weighs. */
export abstract class PivotSketch extends StateView implements QuantileStatistic {
  readonly stride: number;
  readonly pivot: 'auto' | number;
  readonly maxBins: number;
  /** Whether weights fade, so that some become negligible. */
  protected abstract readonly fading: boolean;
  readonly #accuracy: number;
  readonly #layout: at.SketchLayout;
  readonly #exact: ExactPoints;
  readonly #binned: BinnedPoints;
  readonly #bins: SketchBins;

  /** @throws InvalidOptionError */
  constructor(
    { accuracy = 0.01, maxBins = 1024, pivot = 'auto' }: QuantileSketchOptions,
    state: Float64Array | undefined,
    offset: number,
  ) {
    if (!(accuracy >= 1e-6 && accuracy <= 0.5)) {
      throw new InvalidOptionError('accuracy', accuracy, 'a number from 0.000001 to 0.5');
    }
    if (!(Number.isInteger(maxBins) && maxBins >= 128 && maxBins <= 2 ** 20)) {
      throw new InvalidOptionError('maxBins', maxBins, 'an integer from 128 to 1048576');
    }
    if (pivot !== 'auto' && !(Math.abs(pivot) <= 1e150)) {
      throw new InvalidOptionError('pivot', pivot, "'auto' or a finite number up to 1e150");
    }
    const layout = new at.SketchLayout(maxBins);
    super(state ?? new Float64Array(layout.stride), offset);
    this.stride = layout.stride;
    this.pivot = pivot;
    this.maxBins = maxBins;
    this.#accuracy = accuracy;
    this.#layout = layout;
    this.#exact = new ExactPoints(layout);
    this.#binned = new BinnedPoints(layout);
    this.#bins = new SketchBins(layout, 0.5 / Math.atanh(accuracy));
  }

  get count(): number {
    return this.state[this.offset + at.COUNT]!;
  }
  get min(): number {
    return this.state[this.offset + at.TOTAL]! > 0 ? this.state[this.offset + at.MIN]! : Number.NaN;
  }
  get max(): number {
    return this.state[this.offset + at.TOTAL]! > 0 ? this.state[this.offset + at.MAX]! : Number.NaN;
  }
  /** The error of a quantile as it is now, relative to its distance from the pivot: 0 while all points are kept. */
  get accuracy(): number {
    const { state, offset } = this;
    if (state[offset + at.MODE] === 0) return this.pivot === 'auto' ? 0 : this.#accuracy;
    return Math.tanh(Math.atanh(this.#accuracy) * 2 ** state[offset + at.LEVEL]!);
  }
  /** What distances are measured from by now; NaN while all points are kept. */
  get center(): number {
    return this.state[this.offset + at.MODE] === 0 ? Number.NaN : this.state[this.offset + at.PIVOT]!;
  }
  /** Distances from the center up to this are not told apart. */
  get resolution(): number {
    return this.state[this.offset + at.UNIT]!;
  }

  quantile(p: number): number {
    const { state, offset } = this;
    if (!(state[offset + at.TOTAL]! > 0) || Number.isNaN(p)) return Number.NaN;
    if (p <= 0) return state[offset + at.MIN]!;
    if (p >= 1) return state[offset + at.MAX]!;
    return this.#points().quantile(p, state[offset + at.GROWTH]!);
  }

  rank(x: number): number {
    if (!(this.state[this.offset + at.TOTAL]! > 0) || Number.isNaN(x)) return Number.NaN;
    if (this.state[this.offset + at.MODE] === 0) return this.#exactPoints().rank(x);
    return this.#binnedPoints().rank(x, this.#binOf(x));
  }

  position(x: number): number {
    const { state, offset } = this;
    if (!(state[offset + at.TOTAL]! > 0) || Number.isNaN(x)) return Number.NaN;
    if (state[offset + at.MODE] === 0) return this.#exactPoints().position(x, state[offset + at.GROWTH]!);
    return this.#binnedPoints().rank(x, this.#binOf(x));
  }

  valueAt(position: number): number {
    if (!(position > 0 && position < 1) || this.state[this.offset + at.MODE] === 0) return this.quantile(position);
    return this.#binnedPoints().valueAt(position);
  }

  medianDeviation(): number {
    const { state, offset } = this;
    if (!(state[offset + at.TOTAL]! > 0)) return Number.NaN;
    const median = this.quantile(0.5);
    if (state[offset + at.MODE] === 0) return this.#exactPoints().medianDeviation(median, state[offset + at.GROWTH]!);
    // Within the nearer quartile lies at most half of the weight, within the farther one at least half: from there by secants.
    const toQuartiles = [this.valueAt(0.75) - median, median - this.valueAt(0.25)] as const;
    let low = Math.max(Math.min(...toQuartiles), 0);
    let high = Math.max(...toQuartiles, 0);
    let missing = this.#within(median, low) - 0.5;
    let surplus = this.#within(median, high) - 0.5;
    for (let i = 0; i < 60 && high - low > 1e-12 * high && missing < 0 && surplus > 0; i++) {
      const secant = (low * surplus - high * missing) / (surplus - missing);
      const middle = i % 4 === 3 || !(secant > low && secant < high) ? (low + high) / 2 : secant;
      const excess = this.#within(median, middle) - 0.5;
      if (excess < 0) {
        low = middle;
        missing = excess;
      } else {
        high = middle;
        surplus = excess;
      }
      if (excess === 0) return middle;
    }
    return missing < 0 ? high : low;
  }

  forEach(visit: (value: number, weight: number) => void): void {
    if (this.state[this.offset + at.TOTAL]! > 0) this.#points().forEach(visit);
  }

  /** Learns x with a weight; it counts as `observations`. */
  protected learn(x: number, weight: number, observations: number): void {
    const { state, offset } = this;
    if (state[offset + at.MODE] === 0) {
      this.#learnPoint(x, weight, observations);
      return;
    }
    const layout = this.#layout;
    if (x < state[offset + at.MIN]!) state[offset + at.MIN] = x;
    if (x > state[offset + at.MAX]!) state[offset + at.MAX] = x;
    state[offset + at.COUNT]! += observations;
    const distance = x - state[offset + at.PIVOT]!;
    const size = Math.abs(distance);
    let bin = layout.zero;
    if (size > state[offset + at.UNIT]!) {
      const rank = Math.ceil(Math.log(size) * state[offset + at.DENSITY]!) - state[offset + at.LOW]! + 1;
      if (rank >= 1 && rank <= layout.side) bin += distance < 0 ? -rank : rank;
      else {
        this.#learnOutside(distance, weight);
        return;
      }
    } else if (size > state[offset + at.BLUR]!) state[offset + at.BLUR] = size;
    state[offset + at.TOTAL]! += weight;
    state[offset + layout.bins + bin]! += weight;
    state[offset + layout.sums + (bin >> at.BLOCK_SHIFT)]! += weight;
    const due = state[offset + at.DUE]! - 1;
    state[offset + at.DUE] = due;
    if (due <= 0) this.#maintain();
  }

  /** Observations from one look at the range to the next. */
  protected abstract interval(): number;

  /** Multiplies all weights, and forgets those that have become negligible beside `one`, the weight of an observation of now. */
  protected rescale(factor: number, one: number): void {
    const { state, offset } = this;
    if (!(state[offset + at.TOTAL]! > 0)) return;
    if (state[offset + at.MODE] === 0) this.#exactPoints().rescale(factor);
    else this.#bins.aim(state, offset).rescale(factor);
    this.#prune(one * at.NEGLIGIBLE);
  }

  /**
   * Adds what another has seen, its weights multiplied by `factor`. Around the same pivot the result is as if one sketch had seen
   * all; else each bin of the other enters as one value, and the errors of both add up.
   * @throws IncompatibleStateError for a sketch of other options
   */
  protected absorb(other: PivotSketch, factor: number): void {
    if (other.maxBins !== this.maxBins || other.#accuracy !== this.#accuracy || other.pivot !== this.pivot) {
      throw new IncompatibleStateError('sketches must have the same accuracy, maxBins and pivot to be merged');
    }
    const { state, offset } = this;
    const { state: from, offset: start } = other;
    if (!(from[start + at.TOTAL]! > 0)) {
      state[offset + at.COUNT]! += from[start + at.COUNT]!;
      return;
    }
    if (state[offset + at.MODE] === 0 && from[start + at.MODE] !== 0) {
      const own = state.slice(offset, offset + this.stride);
      const ownCount = this.count;
      const growth = state[offset + at.GROWTH]!;
      const points = this.#exact.aim(own, 0);
      const length = points.length;
      const copied = [at.LANDMARK, at.NEWEST].map((slot) => state[offset + slot]!);
      for (let i = 0; i < this.stride; i++) state[offset + i] = from[start + i]!;
      state[offset + at.LANDMARK] = copied[0]!;
      state[offset + at.NEWEST] = copied[1]!;
      state[offset + at.GROWTH] = ownCount > 0 ? growth : from[start + at.GROWTH]!;
      if (factor !== 1) this.#bins.aim(state, offset).rescale(factor);
      for (let i = 0; i < length; i++)
        this.learn(own[this.#layout.bins + i]!, own[this.#layout.bins + at.POINT_CAPACITY + i]!, 0);
      state[offset + at.COUNT]! += ownCount;
      return;
    }
    const count = state[offset + at.COUNT]! + from[start + at.COUNT]!;
    if (state[offset + at.GROWTH] === 0) state[offset + at.GROWTH] = from[start + at.GROWTH]!;
    if (from[start + at.MODE] === 0) other.forEach((value, weight) => this.learn(value, weight * factor, 0));
    else this.#absorbBins(other, factor);
    state[offset + at.COUNT] = count;
  }

  #absorbBins(other: PivotSketch, factor: number): void {
    const { state, offset } = this;
    const { state: from, offset: start } = other;
    const { zero, length } = this.#layout;
    const min = Math.min(state[offset + at.MIN]!, from[start + at.MIN]!);
    const max = Math.max(state[offset + at.MAX]!, from[start + at.MAX]!);
    const bins = this.#bins.aim(state, offset);
    const samePivot = state[offset + at.PIVOT] === from[start + at.PIVOT];
    if (samePivot) while (state[offset + at.LEVEL]! < from[start + at.LEVEL]!) bins.collapse();
    const density = from[start + at.DENSITY]!;
    const points = other.#binnedPoints();
    const last = points.last();
    for (let i = points.first(); ; i = points.next(i)) {
      const inner = i !== 0 && i !== length - 1;
      let distance = points.value(i) - state[offset + at.PIVOT]!;
      if (samePivot && inner) {
        // The middle of the bin on the axis of logarithms: it falls into the same bin here, however it rounds.
        const key = from[start + at.LOW]! + Math.abs(i - zero) - 1.5;
        distance = i === zero ? 0 : Math.sign(i - zero) * Math.exp(key / density);
      }
      this.#put(distance, points.weight(i) * factor);
      if (i === last) break;
    }
    state[offset + at.MIN] = min;
    state[offset + at.MAX] = max;
    bins.sum();
    if (this.pivot === 'auto') {
      this.#drawIn();
      this.#follow();
    }
  }

  /** Adds a weight at a distance; the total is left alone. */
  #put(distance: number, weight: number): void {
    const { state, offset } = this;
    const bins = this.#bins.aim(state, offset);
    if (this.pivot !== 'auto' && distance !== 0) bins.cover(distance);
    bins.add(bins.bin(distance), weight);
  }

  #learnPoint(x: number, weight: number, observations: number): void {
    const { state, offset, pivot } = this;
    if (state[offset + at.GROWTH] === 0) state[offset + at.GROWTH] = 1;
    if (pivot !== 'auto') {
      state[offset + at.MODE] = 1;
      state[offset + at.MIN] = x;
      state[offset + at.MAX] = x;
      this.#bins.aim(state, offset).begin(pivot, 0, 0);
      state[offset + at.DUE] = this.interval();
      this.learn(x, weight, observations);
      return;
    }
    const points = this.#exactPoints();
    let held = points.insert(x, weight);
    if (!held && this.fading) {
      this.#prune(state[offset + at.GROWTH]! * at.NEGLIGIBLE);
      held = points.insert(x, weight);
    }
    if (!held) {
      this.#leavePoints();
      this.learn(x, weight, observations);
      return;
    }
    state[offset + at.TOTAL]! += weight;
    state[offset + at.COUNT]! += observations;
    state[offset + at.MIN] = points.value(0);
    state[offset + at.MAX] = points.value(points.last());
  }

  /** Turns the points into bins around their median. */
  #leavePoints(): void {
    const { state, offset } = this;
    const points = this.#exactPoints();
    const pivot = points.quantile(0.5, state[offset + at.GROWTH]!);
    const held = state.slice(offset + this.#layout.bins, offset + this.#layout.bins + 2 * at.POINT_CAPACITY);
    const distances = held
      .slice(0, at.POINT_CAPACITY)
      .map((x) => Math.abs(x - pivot))
      .sort();
    const unit = Math.max(RESOLUTION * distances[at.POINT_CAPACITY >> 1]!, Math.abs(pivot) * Number.EPSILON, 1e-300);
    state[offset + at.MODE] = 1;
    state[offset + at.POINTS] = 0;
    state[offset + at.DUE] = this.interval();
    const bins = this.#bins.aim(state, offset);
    // Few bins may not reach as far as the values lie at the accuracy asked for; what is beyond their range would be lost in the last one.
    let level = 0;
    while (level < 9 && unit * bins.span(level) < REACH * distances[(at.POINT_CAPACITY * 7) >> 3]!) level++;
    bins.begin(pivot, unit, level);
    for (let i = 0; i < at.POINT_CAPACITY; i++) this.#put(held[i]! - pivot, held[at.POINT_CAPACITY + i]!);
  }

  #learnOutside(distance: number, weight: number): void {
    const { state, offset } = this;
    this.#put(distance, weight);
    state[offset + at.TOTAL]! += weight;
    if (this.pivot === 'auto') this.#drawIn();
    const due = state[offset + at.DUE]! - 1;
    state[offset + at.DUE] = due;
    if (due <= 0) this.#maintain();
  }

  /** When too much lies outside the range: doubles it, and lets that come in at its former edge, short of where it truly was. */
  #drawIn(): void {
    const { state, offset } = this;
    const { bins: start, side, length } = this.#layout;
    const low = offset + start;
    const high = low + length - 1;
    const allowed = Math.max(OUTSIDE * state[offset + at.TOTAL]!, FEW_OUTSIDE * state[offset + at.GROWTH]!);
    if (state[low]! + state[high]! <= allowed) return;
    const edge = Math.exp((state[offset + at.LOW]! + side - 0.5) / state[offset + at.DENSITY]!);
    const below = state[low]!;
    const above = state[high]!;
    state[low] = 0;
    state[high] = 0;
    const bins = this.#bins.aim(state, offset);
    bins.collapse();
    bins.add(bins.bin(-edge), below);
    bins.add(bins.bin(edge), above);
    bins.sum();
  }

  #maintain(): void {
    const { state, offset } = this;
    if (this.fading) this.#prune(state[offset + at.GROWTH]! * at.NEGLIGIBLE);
    state[offset + at.DUE] = this.interval();
    if (this.pivot === 'auto' && state[offset + at.MODE] === 1) this.#follow();
  }

  /** Begins a new range around the median where the data have left the present one, or it is coarser than it need be. */
  #follow(): void {
    const { state, offset } = this;
    const pivot = state[offset + at.PIVOT]!;
    const blur = state[offset + at.BLUR]!;
    state[offset + at.BLUR] = 0;
    const median = this.quantile(0.5);
    const shift = Math.abs(median - pivot);
    const above = this.quantile(0.75) - median;
    const below = median - this.quantile(0.25);
    const reach = Math.max(this.quantile(0.995) - median, median - this.quantile(0.005), blur);
    // The nearer quartile is at the new level as soon as the median is, at first perhaps in one bin with it.
    const nearer = Math.min(above, below);
    const within = shift > state[offset + at.UNIT]! ? (this.accuracy * shift) / 2 : Math.max(above, below);
    const spread = nearer || within || blur / 2;
    if (!(reach > 0 || shift > 0)) return;
    const bins = this.#bins.aim(state, offset);
    let level = 0;
    let unit = Math.max(RESOLUTION * spread, reach / bins.span(0));
    if (unit > COARSE * spread && spread > 0) {
      unit = RESOLUTION * spread;
      while (level < 9 && unit * bins.span(level) < reach) level++;
    }
    unit = Math.max(unit, Math.abs(median) * Number.EPSILON, 1e-300);
    const coarse = COARSE * spread < state[offset + at.UNIT]! && unit < state[offset + at.UNIT]! / 4;
    if (shift > 2 * spread || coarse || level < state[offset + at.LEVEL]!) this.#recenter(median, unit, level);
  }

  #recenter(pivot: number, unit: number, level: number): void {
    const { state, offset } = this;
    const held: number[] = [];
    this.#binnedPoints().forEach((value, weight) => held.push(value - pivot, weight));
    const bins = this.#bins.aim(state, offset);
    bins.begin(pivot, unit, level);
    for (let i = 0; i < held.length; i += 2) bins.add(bins.bin(held[i]!), held[i + 1]!);
    bins.sum();
  }

  /** Forgets what weighs less than `least`; smallest and largest become the edges of what is left where they are gone. */
  #prune(least: number): void {
    const { state, offset } = this;
    if (state[offset + at.MODE] === 0) {
      const points = this.#exactPoints();
      points.prune(least);
      if (points.length === 0) return;
      state[offset + at.MIN] = points.value(0);
      state[offset + at.MAX] = points.value(points.last());
      return;
    }
    this.#bins.aim(state, offset).prune(least);
    if (!(state[offset + at.TOTAL]! > 0)) {
      state.fill(0, offset + this.#layout.bins, offset + this.stride);
      state[offset + at.MODE] = 0;
      return;
    }
    const points = this.#binnedPoints();
    const min = Math.max(points.lowerEdge(points.first()), state[offset + at.MIN]!);
    const max = Math.min(points.upperEdge(points.last()), state[offset + at.MAX]!);
    state[offset + at.MIN] = min;
    state[offset + at.MAX] = max;
  }

  /** Share of the weight no further than `distance` from `center`. */
  #within(center: number, distance: number): number {
    return this.rank(center + distance) - this.rank(center - distance);
  }

  #binOf(x: number): number {
    return this.#bins.aim(this.state, this.offset).bin(x - this.state[this.offset + at.PIVOT]!);
  }
  #points(): ExactPoints | BinnedPoints {
    return this.state[this.offset + at.MODE] === 0 ? this.#exactPoints() : this.#binnedPoints();
  }
  #exactPoints(): ExactPoints {
    return this.#exact.aim(this.state, this.offset);
  }
  #binnedPoints(): BinnedPoints {
    return this.#binned.aim(this.state, this.offset);
  }
}
