import { DecayedQuantileSketch } from '../stats/decayed-quantile-sketch.js';
import type { QuantileStatistic } from '../stats/statistic.js';
import { TimeDecayedQuantileSketch } from '../stats/time-decayed-quantile-sketch.js';
import type { WhenFlat } from './normalizer.js';
import { PowerFit } from './power-fit.js';
import { PowerTransform } from './power-transform.js';
import { StatisticNormalizer } from './statistic-normalizer.js';

export interface PowerNormalizerOptions {
  /** Yeo-Johnson takes any value, Box-Cox positive ones. */
  family: 'yeo-johnson' | 'box-cox';
  whenFlat: WhenFlat;
}

const LAMBDA = 0;
const REFERENCE = 1;
const MEAN = 2;
const DEVIATION = 3;
const CENTER = 4;
const SCALE = 5;
/** Values to learn, and the event time to come, until λ is estimated again. */
const DUE = 6;
const TIME_DUE = 7;
const ESTIMATED = 8;
const HEADER = 9;

/** λ is estimated again when the values that it rests on have been renewed, or their number has grown, by this share. */
const RENEWAL = 1 / 16;

/**
 * Bends the axis so that what was learnt is most nearly normal, then standardizes: `(T_λ(x) − mean) / standard deviation`.
 *
 * T is Yeo & Johnson's (2000) or Box & Cox's (1964), λ is found by maximum likelihood over the points of the summary, within 6 of 1:
 * as scikit-learn's `PowerTransformer` to 1e-6 over windows, and to a few thousandths over sketches. It is estimated again when a
 * sixteenth more has been learnt than `count` was, or an eighth of the half-life has passed; from one estimate to the next λ, mean and
 * standard deviation stay, and are kept in the state before the statistic's. An estimate is O(points of the summary).
 *
 * `center` is the x that scores 0, `scale` the difference in x that a difference of 1 in the score is there.
 * Under Box-Cox a value that is not positive has no score (NaN) and is not learnt. Where the transform ends, as it does for λ < 0, scores
 * beyond the end have no x: `denormalize` gives ±1e150 (0 under Box-Cox with λ > 0).
 */
export class PowerNormalizer extends StatisticNormalizer<QuantileStatistic> {
  readonly affine = false;
  readonly #boxCox: boolean;
  readonly #whenFlat: WhenFlat;
  readonly #transform: PowerTransform;
  readonly #fit: PowerFit;
  readonly #longest: number;
  readonly #longestTime: number;
  #mean = 0;
  #deviation = 0;

  constructor(statistic: QuantileStatistic, { family, whenFlat }: PowerNormalizerOptions) {
    super(statistic, HEADER);
    this.#boxCox = family === 'box-cox';
    this.#whenFlat = whenFlat;
    this.#transform = new PowerTransform(family);
    this.#fit = new PowerFit(family);
    this.#longest = statistic instanceof DecayedQuantileSketch ? statistic.halfLife / 8 : Number.POSITIVE_INFINITY;
    const isTimed = statistic instanceof TimeDecayedQuantileSketch;
    this.#longestTime = isTimed ? statistic.halfLife / 8 : Number.POSITIVE_INFINITY;
  }

  /** The exponent in use; NaN before the first estimate. */
  get lambda(): number {
    const { state, offset } = this.statistic;
    return state[offset - HEADER + ESTIMATED] === 1 ? state[offset - HEADER + LAMBDA]! : Number.NaN;
  }

  override learn(x: number, time: number): void {
    if (this.#boxCox && !(x > 0)) return;
    super.learn(x, time);
    const { state, offset } = this.statistic;
    const header = offset - HEADER;
    const due = state[header + DUE]! - 1;
    state[header + DUE] = due;
    if (due <= 0 || time >= state[header + TIME_DUE]!) this.#estimate(time);
  }

  refresh(): void {
    const { state, offset, count } = this.statistic;
    const header = offset - HEADER;
    this.count = count;
    if (state[header + ESTIMATED] === 0) {
      this.center = Number.NaN;
      this.scale = Number.NaN;
      return;
    }
    this.#transform.set(state[header + LAMBDA]!, state[header + REFERENCE]!);
    this.#mean = state[header + MEAN]!;
    this.#deviation = state[header + DEVIATION]!;
    this.center = state[header + CENTER]!;
    this.scale = state[header + SCALE]!;
  }

  normalize(x: number): number {
    if (this.#boxCox && !(x > 0)) return Number.NaN;
    if (!(this.#deviation > 0)) return this.#whenFlat === 'zero' ? 0 : x - this.center;
    const score = (this.#transform.forward(x) - this.#mean) / this.#deviation;
    return Math.min(Math.max(score, -Number.MAX_VALUE), Number.MAX_VALUE);
  }

  denormalize(y: number): number {
    if (!(this.#deviation > 0)) return this.center + (this.#whenFlat === 'zero' ? 0 : y);
    return this.#transform.inverse(this.#mean + y * this.#deviation);
  }

  #estimate(time: number): void {
    const { statistic } = this;
    if (statistic.count === 0) return;
    const { state, offset } = statistic;
    const header = offset - HEADER;
    const fit = this.#fit;
    const reference = statistic.quantile(0.5);
    fit.fit(statistic, reference, this.lambda);
    const transform = this.#transform.set(fit.lambda, reference);
    const center = fit.deviation > 0 ? transform.inverse(fit.mean) : reference;
    state[header + LAMBDA] = fit.lambda;
    state[header + REFERENCE] = reference;
    state[header + MEAN] = fit.mean;
    state[header + DEVIATION] = fit.deviation;
    state[header + CENTER] = center;
    state[header + SCALE] = fit.deviation > 0 ? fit.deviation * transform.stretch(center) : 0;
    state[header + DUE] = Math.max(1, Math.floor(Math.min(statistic.count * RENEWAL, this.#longest)));
    state[header + TIME_DUE] =
      this.#longestTime < Number.POSITIVE_INFINITY ? time + this.#longestTime : this.#longestTime;
    state[header + ESTIMATED] = 1;
  }
}
