import { DecayedQuantileSketch } from '../../stats/decayed-quantile-sketch.js';
import { QuantileSketch } from '../../stats/quantile-sketch.js';
import type { QuantileStatistic } from '../../stats/statistic.js';
import type { DomainMap } from './domain-map.js';

/**
 * Feature by feature, by quantiles: the value of the other domain below which as much lies, linear between the points of the sketches; beyond
 * the ends of what was learnt it goes on in parallel. Any shape of distribution becomes the other's; what features have to do with each other
 * stays. The inverse is exact up to rounding between the
 * middles of the outermost bins of either sketch where no value comes twice, and as exact as those bins beyond. O(features · √bins).
 */
export class QuantilesMap implements DomainMap {
  readonly stride: number;
  readonly fingerprint: unknown;
  readonly #features: number;
  readonly #from: QuantileStatistic;
  readonly #to: QuantileStatistic;
  #self: [Float64Array, number] = [NONE, 0];
  #ends: [Float64Array, number, Float64Array, number] = [NONE, 0, NONE, 0];

  constructor(features: number, halfLife: number | undefined) {
    const make = () => (halfLife === undefined ? new QuantileSketch() : new DecayedQuantileSketch({ halfLife }));
    this.#from = make();
    this.#to = make();
    this.#features = features;
    this.stride = features * this.#from.stride;
    this.fingerprint = ['quantiles', features, halfLife !== undefined];
  }

  get count(): number {
    return this.#from.aim(...this.#self).count;
  }

  aim(state: Float64Array, offset: number): void {
    this.#self = [state, offset];
  }

  learn(x: Float64Array): void {
    const [state, offset] = this.#self;
    for (let i = 0; i < this.#features; i++) this.#from.aim(state, offset + i * this.#from.stride).update(x[i]!);
  }

  between(from: Float64Array, fromAt: number, to: Float64Array, toAt: number): void {
    this.#ends = [from, fromAt, to, toAt];
  }

  map(x: Float64Array, out: Float64Array): void {
    const [from, fromAt, to, toAt] = this.#ends;
    this.#move(x, out, from, fromAt, to, toAt);
  }
  unmap(y: Float64Array, out: Float64Array): void {
    const [from, fromAt, to, toAt] = this.#ends;
    this.#move(y, out, to, toAt, from, fromAt);
  }

  #move(x: Float64Array, out: Float64Array, from: Float64Array, fromAt: number, to: Float64Array, toAt: number): void {
    for (let i = 0; i < this.#features; i++) {
      const source = this.#from.aim(from, fromAt + i * this.#from.stride);
      const target = this.#to.aim(to, toAt + i * this.#to.stride);
      const value = x[i]!;
      if (value < source.min) out[i] = target.min + (value - source.min);
      else if (value > source.max) out[i] = target.max + (value - source.max);
      else out[i] = target.valueAt(source.position(value));
    }
  }
}

const NONE = new Float64Array(0);
