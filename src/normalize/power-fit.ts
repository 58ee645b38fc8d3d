import type { QuantileStatistic } from '../stats/statistic.js';
import { brentMaximum } from './brent-maximum.js';
import { beyond, PowerTransform, raise } from './power-transform.js';

/** λ is looked for no further than this from 1, where nothing is bent. */
const FARTHEST = 6;
/** With an estimate at hand a new one is looked for this close first. */
const NEAR = 0.25;
const TOLERANCE = 1e-9;

/**
 * The λ of a power transform that makes the points of a statistic most nearly normal: maximum likelihood, as scikit-learn and scipy.
 *
 * ℓ(λ) = −½ log var(T(x)) + (λ − 1) · mean(± log(|x| + 1)), in weighted means; for Box-Cox the mean of log x. O(points) for each of
 * about 10 to 40 evaluations.
 */
export class PowerFit {
  readonly #transform: PowerTransform;
  /** Logarithms relative to the reference (positive values) and of 1 − x (negative ones), mirrored as the transform is. */
  #logs = new Float64Array(64);
  #weights = new Float64Array(64);
  #negative = new Uint8Array(64);
  #length = 0;
  #meanLog = 0;
  #total = 0;
  /** The result: λ, and mean and standard deviation of u(x), see `PowerTransform`. */
  lambda = 1;
  mean = 0;
  deviation = 0;

  constructor(family: 'yeo-johnson' | 'box-cox') {
    this.#transform = new PowerTransform(family);
  }

  /** @param near an earlier λ, or NaN */
  fit(statistic: QuantileStatistic, reference: number, near: number): void {
    const transform = this.#transform.set(1, reference);
    const { sign } = transform;
    this.#collect(statistic, transform);
    const first = this.#logs[0]!;
    const kind = this.#negative[0]!;
    let flat = true;
    for (let i = 1; i < this.#length && flat; i++) flat = this.#logs[i] === first && this.#negative[i] === kind;
    let exponent = 1;
    if (!flat) exponent = this.#search(Number.isNaN(near) ? Number.NaN : sign < 0 ? 2 - near : near);
    this.#spread(exponent);
    this.lambda = sign < 0 ? 2 - exponent : exponent;
    this.mean *= sign;
    if (flat) this.deviation = 0;
  }

  #search(near: number): number {
    const likelihood = (exponent: number): number => this.#likelihood(exponent);
    const [lowest, highest] = [1 - FARTHEST, 1 + FARTHEST];
    if (!Number.isNaN(near)) {
      const low = Math.max(near - NEAR, lowest);
      const high = Math.min(near + NEAR, highest);
      const found = brentMaximum(likelihood, low, high, TOLERANCE);
      if ((found - low > 1e-3 || low === lowest) && (high - found > 1e-3 || high === highest)) return found;
    }
    return brentMaximum(likelihood, lowest, highest, TOLERANCE);
  }

  #collect(statistic: QuantileStatistic, { sign, shift, reference, logReference }: PowerTransform): void {
    this.#length = 0;
    this.#total = 0;
    let sum = 0;
    statistic.forEach((value, weight) => {
      const x = sign * value;
      const negative = x < 0;
      const log = negative ? Math.log1p(-x) : Math.log1p((x - reference) / (reference + shift));
      sum += weight * (negative ? -log : log + logReference);
      this.#total += weight;
      this.#push(log, weight, negative);
    });
    this.#meanLog = sum / this.#total;
  }

  #push(log: number, weight: number, negative: boolean): void {
    const i = this.#length++;
    if (i === this.#logs.length) {
      const [logs, weights, signs] = [this.#logs, this.#weights, this.#negative];
      this.#logs = new Float64Array(2 * i);
      this.#weights = new Float64Array(2 * i);
      this.#negative = new Uint8Array(2 * i);
      this.#logs.set(logs);
      this.#weights.set(weights);
      this.#negative.set(signs);
    }
    this.#logs[i] = log;
    this.#weights[i] = weight;
    this.#negative[i] = negative ? 1 : 0;
  }

  #likelihood(exponent: number): number {
    this.#spread(exponent);
    return -Math.log(this.deviation) - exponent * this.#transform.logReference + (exponent - 1) * this.#meanLog;
  }

  /** Sets mean and deviation of u(x): West's (1979) weighted recurrence. */
  #spread(exponent: number): void {
    const { logReference } = this.#transform;
    const logs = this.#logs;
    let total = 0;
    let mean = 0;
    let m2 = 0;
    for (let i = 0; i < this.#length; i++) {
      const log = logs[i]!;
      const u = this.#negative[i] === 0 ? raise(exponent, log) : beyond(exponent, log, logReference);
      const weight = this.#weights[i]!;
      total += weight;
      const delta = u - mean;
      mean += delta * (weight / total);
      m2 += weight * delta * (u - mean);
    }
    this.mean = mean;
    this.deviation = Math.sqrt(m2 / total);
  }
}
