import type { DomainMap } from './domain-map.js';

/** What is kept of one feature of one domain. */
interface FeatureStatistic {
  readonly stride: number;
  readonly count: number;
  aim(state: Float64Array, offset: number): this;
  update(x: number): void;
}

/** What the maps share that take each feature by itself: one statistic a feature and domain, one after the other in the state. */
export abstract class FeaturewiseMap<Statistic extends FeatureStatistic> implements DomainMap {
  readonly stride: number;
  abstract readonly fingerprint: unknown;
  readonly #features: number;
  readonly #from: Statistic;
  readonly #to: Statistic;
  #self: [Float64Array, number] = [NONE, 0];
  #ends: [Float64Array, number, Float64Array, number] = [NONE, 0, NONE, 0];

  constructor(features: number, make: () => Statistic) {
    this.#from = make();
    this.#to = make();
    this.#features = features;
    this.stride = features * this.#from.stride;
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
    this.#moveAll(x, out, from, fromAt, to, toAt);
  }
  unmap(y: Float64Array, out: Float64Array): void {
    const [from, fromAt, to, toAt] = this.#ends;
    this.#moveAll(y, out, to, toAt, from, fromAt);
  }

  #moveAll(
    x: Float64Array,
    out: Float64Array,
    from: Float64Array,
    fromAt: number,
    to: Float64Array,
    toAt: number,
  ): void {
    for (let i = 0; i < this.#features; i++) {
      const source = this.#from.aim(from, fromAt + i * this.#from.stride);
      const target = this.#to.aim(to, toAt + i * this.#to.stride);
      out[i] = this.move(x[i]!, source, target);
    }
  }

  /** Where a value of the domain `source` stands in the domain `target`. */
  protected abstract move(x: number, source: Statistic, target: Statistic): number;
}

const NONE = new Float64Array(0);
