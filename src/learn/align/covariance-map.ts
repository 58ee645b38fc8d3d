import type { DomainMap } from './domain-map.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** A matrix is made anew when a count has grown by this share since it was. */
const GROWN = 1 / 32;
/** Directions with less than this share of the largest variance have none of their own. */
const NEGLIGIBLE = 1e-10;

/**
 * All features together, by mean and covariance: `(x − mean) · C^−½ · C′^½ + mean′`, so that what features have to do with each other
 * becomes the other domain's too (CORAL: Sun, Feng & Saenko 2016; means are aligned as well, and C is not inflated by 1 but held away from
 * 0). Affine; the inverse is exact up to rounding.
 *
 * Weights halve by half-life, in observations, or never. The matrix is made anew when either domain has a thirty-second more than when it
 * was made (of two half-lives at most), which is part of the state: O(features²), and O(features³) then. State of a domain: its weight, mean and covariance, and the
 * matrix there and back with the weights that it was made by.
 */
export class CovarianceMap implements DomainMap {
  readonly stride: number;
  readonly fingerprint: unknown;
  readonly #n: number;
  readonly #kept: number;
  /** Observations from which on a share of them is a share of what is remembered. */
  readonly #memory: number;
  readonly #covariance: number;
  readonly #madeBy: number;
  readonly #there: number;
  readonly #back: number;
  readonly #deviation: Float64Array;
  #state: Float64Array = NONE;
  #offset = 0;
  #ends: [Float64Array, number, Float64Array, number] = [NONE, 0, NONE, 0];

  constructor(features: number, halfLife: number | undefined) {
    this.#n = features;
    this.#memory = 2 * (halfLife ?? Number.POSITIVE_INFINITY);
    this.#kept = halfLife === undefined ? 1 : 2 ** (-1 / halfLife);
    // [observations, weight, mean…, Σ w δδ′…, weights that the matrix was made by, there…, back…]
    this.#covariance = 2 + features;
    this.#madeBy = this.#covariance + features * features;
    this.#there = this.#madeBy + 2;
    this.#back = this.#there + features * features;
    this.stride = this.#back + features * features;
    this.fingerprint = ['covariance', features, halfLife !== undefined];
    this.#deviation = new Float64Array(features);
  }

  get count(): number {
    return this.#state[this.#offset]!;
  }

  aim(state: Float64Array, offset: number): void {
    this.#state = state;
    this.#offset = offset;
  }

  /** West's update (1979), for vectors. */
  learn(x: Float64Array): void {
    const n = this.#n;
    const s = this.#state;
    const at = this.#offset;
    const before = s[at + 1]! * this.#kept;
    const weight = before + 1;
    s[at]! += 1;
    s[at + 1] = weight;
    for (let i = 0; i < n; i++) {
      this.#deviation[i] = x[i]! - s[at + 2 + i]!;
      s[at + 2 + i]! += this.#deviation[i]! / weight;
    }
    const share = before / weight;
    const first = at + this.#covariance;
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        const k = first + i * n + j;
        s[k] = s[k]! * this.#kept + share * this.#deviation[i]! * this.#deviation[j]!;
      }
  }

  between(from: Float64Array, fromAt: number, to: Float64Array, toAt: number): void {
    this.#ends = [from, fromAt, to, toAt];
    const made = fromAt + this.#madeBy;
    const isOld = (weight: number, by: number) => Math.abs(weight - by) > GROWN * Math.min(by, this.#memory);
    // Observations, for a weight that decays stands still in the end.
    if (!isOld(from[fromAt]!, from[made]!) && !isOld(to[toAt]!, from[made + 1]!)) return;
    from[made] = from[fromAt]!;
    from[made + 1] = to[toAt]!;
    const source = this.#roots(from, fromAt);
    const target = this.#roots(to, toAt);
    multiply(source.inverse, target.root, from, fromAt + this.#there, this.#n);
    multiply(target.inverse, source.root, from, fromAt + this.#back, this.#n);
  }

  map(x: Float64Array, out: Float64Array): void {
    const [from, fromAt, to, toAt] = this.#ends;
    this.#apply(x, out, from, fromAt, to, toAt, fromAt + this.#there);
  }
  unmap(y: Float64Array, out: Float64Array): void {
    const [from, fromAt, to, toAt] = this.#ends;
    this.#apply(y, out, to, toAt, from, fromAt, fromAt + this.#back);
  }

  #apply(
    x: Float64Array,
    out: Float64Array,
    source: Float64Array,
    sourceAt: number,
    target: Float64Array,
    targetAt: number,
    matrix: number,
  ): void {
    const n = this.#n;
    const [holder] = this.#ends;
    for (let i = 0; i < n; i++) this.#deviation[i] = x[i]! - source[sourceAt + 2 + i]!;
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += this.#deviation[i]! * holder[matrix + i * n + j]!;
      out[j] = sum + target[targetAt + 2 + j]!;
    }
  }

  /** C^½ and C^−½ of a domain; a direction without variance is left as it is. */
  #roots(state: Float64Array, at: number): { root: Float64Array; inverse: Float64Array } {
    const n = this.#n;
    const weight = state[at + 1]!;
    const first = at + this.#covariance;
    const covariance = state.slice(first, first + n * n).map((sum) => sum / weight);
    const { values, vectors } = symmetricEigen(covariance, n);
    const least = NEGLIGIBLE * Math.max(...values);
    const roots = values.map((value) => (value > least ? Math.sqrt(value) : 1));
    return {
      root: compose(vectors, roots, n),
      inverse: compose(
        vectors,
        roots.map((root) => 1 / root),
        n,
      ),
    };
  }
}

const NONE = new Float64Array(0);

/** V · diag(d) · V′. */
function compose(v: Float64Array, d: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += v[i * n + k]! * d[k]! * v[j * n + k]!;
      out[i * n + j] = sum;
    }
  return out;
}

function multiply(a: Float64Array, b: Float64Array, out: Float64Array, at: number, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[k * n + j]!;
      out[at + i * n + j] = sum;
    }
}
