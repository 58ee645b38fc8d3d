import { IncompatibleStateError, InvalidOptionError } from '../errors.js';
import { BinnedPoints } from './binned-points.js';
import { ExactPoints } from './exact-points.js';
import { FollowedPoints } from './followed-points.js';
import { logKey } from './log-key.js';
import { medianDistance } from './median-distance.js';
import { SketchBins } from './sketch-bins.js';
import * as at from './sketch-layout.js';
import { SketchRange } from './sketch-range.js';
import { StateView } from './state-view.js';
import type { QuantileStatistic } from './statistic.js';

// Constants of this module's own: V8 folds those, and reads imported ones anew each time.
const {
  BLOCK_SHIFT,
  BLUR,
  COUNT,
  DENSITY,
  DUE,
  GROWTH,
  LANDMARK,
  LEVEL,
  LOW,
  MAX,
  MIN,
  MODE,
  NEGLIGIBLE,
  NEWEST,
  PIVOT,
  POINT_CAPACITY,
  TOTAL,
  UNIT,
} = at;

export interface QuantileSketchOptions {
  /** Error of a quantile, relative to its distance from the pivot. @defaultValue 0.01 */
  accuracy?: number | undefined;
  /** Bins of the state, at most. @defaultValue 1024 */
  maxBins?: number | undefined;
  /** What distances are measured from; `'auto'` finds and follows the median. @defaultValue `'auto'` */
  pivot?: 'auto' | number | undefined;
}

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
  readonly #followed: FollowedPoints;
  readonly #bins: SketchBins;
  readonly #range: SketchRange;

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
    this.#followed = new FollowedPoints(layout);
    this.#bins = new SketchBins(layout, 0.5 / Math.atanh(accuracy));
    this.#range = new SketchRange(layout, this.#exact, this.#binned, this.#bins, pivot !== 'auto');
  }

  override aim(state: Float64Array, offset: number): this {
    this.#followed.lose();
    return super.aim(state, offset);
  }
  override reset(): void {
    this.#followed.lose();
    super.reset();
  }

  get count(): number {
    return this.state[this.offset + COUNT]!;
  }
  get min(): number {
    return this.state[this.offset + TOTAL]! > 0 ? this.state[this.offset + MIN]! : Number.NaN;
  }
  get max(): number {
    return this.state[this.offset + TOTAL]! > 0 ? this.state[this.offset + MAX]! : Number.NaN;
  }
  /** The error of a quantile as it is now, relative to its distance from the pivot: 0 while all points are kept. */
  get accuracy(): number {
    const { state, offset } = this;
    if (state[offset + MODE] === 0) return this.pivot === 'auto' ? 0 : this.#accuracy;
    return Math.tanh(Math.atanh(this.#accuracy) * 2 ** state[offset + LEVEL]!);
  }
  /** What distances are measured from by now; NaN while all points are kept. */
  get center(): number {
    return this.state[this.offset + MODE] === 0 ? Number.NaN : this.state[this.offset + PIVOT]!;
  }
  /** Distances from the center up to this are not told apart. */
  get resolution(): number {
    return this.state[this.offset + UNIT]!;
  }

  quantile(p: number): number {
    const { state, offset } = this;
    if (!(state[offset + TOTAL]! > 0) || Number.isNaN(p)) return Number.NaN;
    if (p <= 0) return state[offset + MIN]!;
    if (p >= 1) return state[offset + MAX]!;
    return this.#points().quantile(p, state[offset + GROWTH]!);
  }

  quantiles(ps: Float64Array, into: Float64Array): boolean {
    const count = this.state[this.offset + COUNT]!;
    if (this.#followed.isSteady(count, ps, into)) return false;
    if (!this.#followed.follow(count, ps, into)) this.#lookUp(ps, into);
    if (ps[0]! > 0 && ps[ps.length - 1]! < 1) return true; // they ascend
    this.#setEnds(ps, into);
    return true;
  }

  #lookUp(ps: Float64Array, into: Float64Array): void {
    const { state, offset } = this;
    if (!(state[offset + TOTAL]! > 0)) into.fill(Number.NaN);
    else {
      if (state[offset + MODE] !== 0 && !this.fading && this.#followed.begin(state, offset, ps.length))
        this.#followed.follow(state[offset + COUNT]!, ps, into);
      else this.#points().quantiles(ps, state[offset + GROWTH]!, into);
    }
  }

  #setEnds(ps: Float64Array, into: Float64Array): void {
    const { min, max } = this;
    for (let k = 0; k < ps.length; k++) {
      if (ps[k]! <= 0) into[k] = min;
      else if (ps[k]! >= 1) into[k] = max;
    }
  }

  rank(x: number): number {
    if (!(this.state[this.offset + TOTAL]! > 0) || Number.isNaN(x)) return Number.NaN;
    if (this.state[this.offset + MODE] === 0) return this.#exactPoints().rank(x);
    return this.#binnedPoints().rank(x, this.#binOf(x));
  }

  position(x: number): number {
    const { state, offset } = this;
    if (!(state[offset + TOTAL]! > 0) || Number.isNaN(x)) return Number.NaN;
    if (state[offset + MODE] === 0) return this.#exactPoints().position(x, state[offset + GROWTH]!);
    return this.#binnedPoints().rank(x, this.#binOf(x));
  }

  valueAt(position: number): number {
    if (!(position > 0 && position < 1) || this.state[this.offset + MODE] === 0) return this.quantile(position);
    return this.#binnedPoints().valueAt(position);
  }

  medianDeviation(): number {
    const { state, offset } = this;
    if (!(state[offset + TOTAL]! > 0)) return Number.NaN;
    const median = this.quantile(0.5);
    if (state[offset + MODE] === 0) return this.#exactPoints().medianDeviation(median, state[offset + GROWTH]!);
    return medianDistance(this, median);
  }

  forEach(visit: (value: number, weight: number) => void): void {
    if (this.state[this.offset + TOTAL]! > 0) this.#points().forEach(visit);
  }

  /** Learns x with a weight; it counts as `observations`. Small enough to be inlined where weights are known. */
  protected learn(x: number, weight: number, observations: number): void {
    const { state, offset } = this;
    const layout = this.#layout;
    let bin = layout.zero;
    const distance = x - state[offset + PIVOT]!;
    const size = Math.abs(distance);
    if (state[offset + MODE] === 0) bin = -1;
    else if (size > state[offset + UNIT]!) {
      const rank = (logKey(size, state[offset + DENSITY]!) - state[offset + LOW]! + 1) | 0;
      bin = rank >= 1 && rank <= layout.side ? (bin + (distance < 0 ? -rank : rank)) | 0 : -1;
    } else this.#blur(size);
    if (bin < 0) {
      this.#learnElse(x, weight, observations);
      return;
    }
    if (x < state[offset + MIN]! || x > state[offset + MAX]!) this.#widen(x);
    state[offset + COUNT]! += observations;
    state[offset + TOTAL]! += weight;
    state[offset + layout.bins + bin]! += weight;
    state[offset + layout.sums + (bin >> BLOCK_SHIFT)]! += weight;
    this.#followed.added(bin);
    if (--state[offset + DUE]! <= 0) this.#maintain();
  }

  /** `learn` where it is not 1 that an observation weighs. */
  protected learnWeighted(x: number, weight: number): void {
    this.#followed.lose();
    this.learn(x, weight, weight);
  }

  /** Learns what belongs in no bin of the range. */
  #learnElse(x: number, weight: number, observations: number): void {
    const { state, offset } = this;
    if (state[offset + MODE] === 0) {
      this.#learnPoint(x, weight, observations);
      return;
    }
    this.#widen(x);
    state[offset + COUNT]! += observations;
    this.#learnOutside(x - state[offset + PIVOT]!, weight);
  }

  #blur(distance: number): void {
    const { state, offset } = this;
    if (distance > state[offset + BLUR]!) state[offset + BLUR] = distance;
  }

  #widen(x: number): void {
    const { state, offset } = this;
    if (x < state[offset + MIN]!) state[offset + MIN] = x;
    if (x > state[offset + MAX]!) state[offset + MAX] = x;
  }

  /** Observations from one look at the range to the next. */
  protected abstract interval(): number;

  /** Multiplies all weights, and forgets those that have become negligible beside `one`, the weight of an observation of now. */
  protected rescale(factor: number, one: number): void {
    this.#followed.lose();
    const { state, offset } = this;
    if (!(state[offset + TOTAL]! > 0)) return;
    if (state[offset + MODE] === 0) this.#exactPoints().rescale(factor);
    else this.#bins.aim(state, offset).rescale(factor);
    this.#range.aim(state, offset).prune(one * NEGLIGIBLE);
  }

  /**
   * Adds what another has seen, its weights multiplied by `factor`. Around the same pivot the result is as if one sketch had seen
   * all; else each bin of the other enters as one value, and the errors of both add up.
   * @throws IncompatibleStateError for a sketch of other options
   */
  protected absorb(other: PivotSketch, factor: number): void {
    this.#followed.lose();
    if (other.maxBins !== this.maxBins || other.#accuracy !== this.#accuracy || other.pivot !== this.pivot) {
      throw new IncompatibleStateError('sketches must have the same accuracy, maxBins and pivot to be merged');
    }
    const { state, offset } = this;
    const { state: from, offset: start } = other;
    if (!(from[start + TOTAL]! > 0)) {
      state[offset + COUNT]! += from[start + COUNT]!;
      return;
    }
    if (state[offset + MODE] === 0 && from[start + MODE] !== 0) {
      const own = state.slice(offset, offset + this.stride);
      const ownCount = this.count;
      const growth = state[offset + GROWTH]!;
      const points = this.#exact.aim(own, 0);
      const length = points.length;
      const copied = [LANDMARK, NEWEST].map((slot) => state[offset + slot]!);
      for (let i = 0; i < this.stride; i++) state[offset + i] = from[start + i]!;
      state[offset + LANDMARK] = copied[0]!;
      state[offset + NEWEST] = copied[1]!;
      state[offset + GROWTH] = ownCount > 0 ? growth : from[start + GROWTH]!;
      if (factor !== 1) this.#bins.aim(state, offset).rescale(factor);
      for (let i = 0; i < length; i++)
        this.learn(own[this.#layout.bins + i]!, own[this.#layout.bins + POINT_CAPACITY + i]!, 0);
      state[offset + COUNT]! += ownCount;
      return;
    }
    const count = state[offset + COUNT]! + from[start + COUNT]!;
    if (state[offset + GROWTH] === 0) state[offset + GROWTH] = from[start + GROWTH]!;
    if (from[start + MODE] === 0) other.forEach((value, weight) => this.learn(value, weight * factor, 0));
    else this.#absorbBins(other, factor);
    state[offset + COUNT] = count;
  }

  #absorbBins(other: PivotSketch, factor: number): void {
    const { state, offset } = this;
    const { state: from, offset: start } = other;
    const { zero, length } = this.#layout;
    const min = Math.min(state[offset + MIN]!, from[start + MIN]!);
    const max = Math.max(state[offset + MAX]!, from[start + MAX]!);
    const bins = this.#bins.aim(state, offset);
    const samePivot = state[offset + PIVOT] === from[start + PIVOT];
    if (samePivot) while (state[offset + LEVEL]! < from[start + LEVEL]!) bins.collapse();
    const density = from[start + DENSITY]!;
    const points = other.#binnedPoints();
    const last = points.last();
    for (let i = points.first(); ; i = points.next(i)) {
      const inner = i !== 0 && i !== length - 1;
      let distance = points.value(i) - state[offset + PIVOT]!;
      if (samePivot && inner) {
        // The middle of the bin on the axis of logarithms: it falls into the same bin here, however it rounds.
        const key = from[start + LOW]! + Math.abs(i - zero) - 1.5;
        distance = i === zero ? 0 : Math.sign(i - zero) * Math.exp(key / density);
      }
      this.#range.aim(state, offset).put(distance, points.weight(i) * factor);
      if (i === last) break;
    }
    state[offset + MIN] = min;
    state[offset + MAX] = max;
    bins.sum();
    if (this.pivot === 'auto') {
      this.#range.aim(state, offset).drawIn();
      this.#range.aim(state, offset).follow(this.accuracy);
    }
  }

  #learnPoint(x: number, weight: number, observations: number): void {
    this.#followed.lose();
    const { state, offset, pivot } = this;
    if (state[offset + GROWTH] === 0) state[offset + GROWTH] = 1;
    if (pivot !== 'auto') {
      state[offset + MODE] = 1;
      state[offset + MIN] = x;
      state[offset + MAX] = x;
      this.#bins.aim(state, offset).begin(pivot, 0, 0);
      state[offset + DUE] = this.interval();
      this.learn(x, weight, observations);
      return;
    }
    const points = this.#exactPoints();
    let held = points.insert(x, weight);
    if (!held && this.fading) {
      this.#range.aim(state, offset).prune(state[offset + GROWTH]! * NEGLIGIBLE);
      held = points.insert(x, weight);
    }
    if (!held) {
      this.#range.aim(state, offset).leavePoints(this.interval());
      this.learn(x, weight, observations);
      return;
    }
    state[offset + TOTAL]! += weight;
    state[offset + COUNT]! += observations;
    state[offset + MIN] = points.value(0);
    state[offset + MAX] = points.value(points.last());
  }

  #learnOutside(distance: number, weight: number): void {
    const { state, offset } = this;
    this.#followed.rearranged();
    this.#range.aim(state, offset).put(distance, weight);
    state[offset + TOTAL]! += weight;
    if (this.pivot === 'auto') this.#range.aim(state, offset).drawIn();
    if (--state[offset + DUE]! <= 0) this.#maintain();
  }

  #maintain(): void {
    const { state, offset } = this;
    this.#followed.rearranged();
    if (this.fading) this.#range.aim(state, offset).prune(state[offset + GROWTH]! * NEGLIGIBLE);
    state[offset + DUE] = this.interval();
    if (this.pivot === 'auto' && state[offset + MODE] === 1) this.#range.aim(state, offset).follow(this.accuracy);
  }

  #binOf(x: number): number {
    return this.#bins.aim(this.state, this.offset).bin(x - this.state[this.offset + PIVOT]!);
  }
  #points(): ExactPoints | BinnedPoints {
    return this.state[this.offset + MODE] === 0 ? this.#exactPoints() : this.#binnedPoints();
  }
  #exactPoints(): ExactPoints {
    return this.#exact.aim(this.state, this.offset);
  }
  #binnedPoints(): BinnedPoints {
    return this.#binned.aim(this.state, this.offset);
  }
}
