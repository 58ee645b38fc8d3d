import type { BinnedPoints } from './binned-points.js';
import type { ExactPoints } from './exact-points.js';
import type { SketchBins } from './sketch-bins.js';
import * as at from './sketch-layout.js';

/** With a pivot of its own, a sketch tells distances apart down to this share of the median distance. */
const RESOLUTION = 1e-3;
/** How many times as far as seven eighths of the first values lie the bins must reach from the start. */
const REACH = 4;
/** Coarser than this share of the median distance is too coarse. */
const COARSE = 0.05;
/** This share of the weight may lie outside the range, or so many observations of now if that is more. */
const OUTSIDE = 0.01;
const FEW_OUTSIDE = 4;

/** Where the bins of a sketch lie: around which pivot, from which distance to which, and when they go elsewhere. */
export class SketchRange {
  readonly #layout: at.SketchLayout;
  readonly #exact: ExactPoints;
  readonly #binned: BinnedPoints;
  readonly #bins: SketchBins;
  /** Whether the pivot was given. */
  readonly #isFixed: boolean;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;

  constructor(layout: at.SketchLayout, exact: ExactPoints, binned: BinnedPoints, bins: SketchBins, isFixed: boolean) {
    this.#layout = layout;
    this.#exact = exact;
    this.#binned = binned;
    this.#bins = bins;
    this.#isFixed = isFixed;
  }

  aim(state: Float64Array, offset: number): this {
    this.#state = state;
    this.#offset = offset;
    return this;
  }

  /** Adds a weight at a distance; the total is left alone. */
  put(distance: number, weight: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const bins = this.#bins.aim(state, offset);
    if (this.#isFixed && distance !== 0) bins.cover(distance);
    bins.add(bins.bin(distance), weight);
  }

  /** Turns the points into bins around their median. */
  leavePoints(interval: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const points = this.#exact.aim(state, offset);
    const pivot = points.quantile(0.5, state[offset + at.GROWTH]!);
    const held = state.slice(offset + this.#layout.bins, offset + this.#layout.bins + 2 * at.POINT_CAPACITY);
    const distances = held
      .slice(0, at.POINT_CAPACITY)
      .map((x) => Math.abs(x - pivot))
      .sort();
    const unit = Math.max(RESOLUTION * distances[at.POINT_CAPACITY >> 1]!, Math.abs(pivot) * Number.EPSILON, 1e-300);
    state[offset + at.MODE] = 1;
    state[offset + at.POINTS] = 0;
    state[offset + at.DUE] = interval;
    const bins = this.#bins.aim(state, offset);
    // Few bins may not reach as far as the values lie at the accuracy asked for; what is beyond their range would be lost in the last one.
    let level = 0;
    while (level < 9 && unit * bins.span(level) < REACH * distances[(at.POINT_CAPACITY * 7) >> 3]!) level++;
    bins.begin(pivot, unit, level);
    for (let i = 0; i < at.POINT_CAPACITY; i++) this.put(held[i]! - pivot, held[at.POINT_CAPACITY + i]!);
  }

  /** When too much lies outside the range: doubles it, and lets that come in at its former edge, short of where it truly was. */
  drawIn(): void {
    const state = this.#state;
    const offset = this.#offset;
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

  /** Begins a new range around the median where the data have left the present one, or it is coarser than it need be. */
  follow(accuracy: number): void {
    const state = this.#state;
    const offset = this.#offset;
    const pivot = state[offset + at.PIVOT]!;
    const blur = state[offset + at.BLUR]!;
    state[offset + at.BLUR] = 0;
    const points = this.#binned.aim(state, offset);
    const one = state[offset + at.GROWTH]!;
    const median = points.quantile(0.5, one);
    const shift = Math.abs(median - pivot);
    const above = points.quantile(0.75, one) - median;
    const below = median - points.quantile(0.25, one);
    const reach = Math.max(points.quantile(0.995, one) - median, median - points.quantile(0.005, one), blur);
    // The nearer quartile is at the new level as soon as the median is, at first perhaps in one bin with it.
    const nearer = Math.min(above, below);
    const within = shift > state[offset + at.UNIT]! ? (accuracy * shift) / 2 : Math.max(above, below);
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
    const state = this.#state;
    const offset = this.#offset;
    const held: number[] = [];
    this.#binned.aim(state, offset).forEach((value, weight) => held.push(value - pivot, weight));
    const bins = this.#bins.aim(state, offset);
    bins.begin(pivot, unit, level);
    for (let i = 0; i < held.length; i += 2) bins.add(bins.bin(held[i]!), held[i + 1]!);
    bins.sum();
  }

  /** Forgets what weighs less than `least`; smallest and largest become the edges of what is left where they are gone. */
  prune(least: number): void {
    const state = this.#state;
    const offset = this.#offset;
    if (state[offset + at.MODE] === 0) {
      const points = this.#exact.aim(state, offset);
      points.prune(least);
      if (points.length === 0) return;
      state[offset + at.MIN] = points.value(0);
      state[offset + at.MAX] = points.value(points.last());
      return;
    }
    this.#bins.aim(state, offset).prune(least);
    if (!(state[offset + at.TOTAL]! > 0)) {
      state.fill(0, offset + this.#layout.bins, offset + this.#layout.stride);
      state[offset + at.MODE] = 0;
      return;
    }
    const points = this.#binned.aim(state, offset);
    const min = Math.max(points.lowerEdge(points.first()), state[offset + at.MIN]!);
    const max = Math.min(points.upperEdge(points.last()), state[offset + at.MAX]!);
    state[offset + at.MIN] = min;
    state[offset + at.MAX] = max;
  }
}
