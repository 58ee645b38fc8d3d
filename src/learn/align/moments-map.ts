import { DecayedMoments } from '../../stats/decayed-moments.js';
import { Moments } from '../../stats/moments.js';
import type { MomentsStatistic } from '../../stats/statistic.js';
import type { DomainMap } from './domain-map.js';

/**
 * Feature by feature, by mean and standard deviation: `(x − mean) / sd · sd′ + mean′`. A feature that is flat in either domain is only
 * moved. Affine; the inverse is exact up to rounding. O(features).
 */
export class MomentsMap implements DomainMap {
  readonly stride: number;
  readonly fingerprint: unknown;
  readonly #features: number;
  readonly #from: MomentsStatistic;
  readonly #to: MomentsStatistic;
  #ends: [Float64Array, number, Float64Array, number] = [NONE, 0, NONE, 0];

  constructor(features: number, halfLife: number | undefined) {
    const make = () => (halfLife === undefined ? new Moments() : new DecayedMoments({ halfLife }));
    this.#from = make();
    this.#to = make();
    this.#features = features;
    this.stride = features * this.#from.stride;
    this.fingerprint = ['moments', features, halfLife !== undefined];
  }

  get count(): number {
    return this.#from.aim(...this.#self).count;
  }
  #self: [Float64Array, number] = [NONE, 0];

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
      const ratio = Math.sqrt(target.variance() / source.variance());
      const step = source.deviation(x[i]!);
      out[i] = target.shifted(ratio > 0 && ratio < Number.POSITIVE_INFINITY ? step * ratio : step);
    }
  }
}

const NONE = new Float64Array(0);
