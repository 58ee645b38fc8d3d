import { clip } from '../../stats/clip.js';

/** κ: standard deviation of normal data over its t2 M-scale. */
const KAPPA = 1.364989633530465;
const KAPPA_SQUARED = KAPPA * KAPPA;
/** 1 / √(2π) and κ / √8: the two densities at their center. */
const NORMAL_PEAK = 0.3989422804014327;
const HEAVY_PEAK = 0.35355339059327373 * KAPPA;
/** Pairs of experts believed less than this take no part in center and scale. */
const LEAST = 0.02;
/** Weight of the density that a value nobody expects has for everybody. */
const OUTLIER = 1e-3;
const LARGEST_DEVIATION = 1e12;
/** Bound of a squared deviation while the scales are a few values old. */
const YOUNG_SCORE = 25;

/**
 * The law that a series' next value is expected to follow, committed to before the value is seen, and what the value then says about
 * the experts the law is made of.
 *
 * Experts k pair a center m_k with a scale s_k. With v_k = max(0, w_k − 0.02)², w_k what the pair is believed:
 * score z = Σv·(x − m)/s / Σv, scale Σv / Σ(v/s), center Σ(v·m/s) / Σ(v/s), so that z = (x − center) / scale.
 * The law is `normalShare`·N(center, scale²) + (1 − `normalShare`)·t2(center, scale/κ).
 *
 * Holds nothing of a series beyond one value: `commit`, then `score`, then `judge`, all of one value. O(1), 16 experts: the profile
 * shows the eight divisions and eight roots of `judge`, one after the other, to be most of what a value costs.
 */
export class PredictiveLaw {
  /** In the unit of the series. */
  center = Number.NaN;
  scale = Number.NaN;
  /** What the experts with a normal tail are believed together, in [0, 1]. */
  normalShare = Number.NaN;
  /** After `judge`: weight times density of the sixteen experts, in units of `1 / s_0`; their sum; the outlier density. */
  readonly likelihoods = new Float64Array(16);
  total = 0;
  floor = 0;
  /** After `judge`: M-scale scores of the deviations from the eight predictions; see `mScaleScore`. */
  readonly scores = new Float64Array(8);
  readonly #shares = new Float64Array(8);
  readonly #precisions = new Float64Array(8);
  readonly #deviations = new Float64Array(8);
  #perShare = 0;
  #sharpness = 0;

  /** Reads 4 centers, 8 reciprocal scales and 16 weights, which stand at `at` one after the other. */
  commit(state: Float64Array, at: number): void {
    const shares = this.#shares;
    const precisions = this.#precisions;
    const slow = state[at + 3]!;
    const unit = 1 / state[at + 4]!;
    let share = 0;
    let sharpness = 0;
    let shift = 0;
    let normalShare = 0;
    for (let k = 0; k < 8; k++) {
      const normal = state[at + 12 + 2 * k]!;
      const excess = normal + state[at + 13 + 2 * k]! - LEAST;
      const v = excess > 0 ? excess * excess : 0;
      const precision = state[at + 4 + k]! * unit;
      const sharp = v * precision;
      share += v;
      sharpness += sharp;
      shift += sharp * (state[at + (k >> 1)]! - slow);
      normalShare += normal;
      shares[k] = v;
      precisions[k] = precision;
    }
    const perSharpness = 1 / sharpness;
    this.center = slow + shift * perSharpness;
    this.scale = share * unit * perSharpness;
    this.normalShare = normalShare;
    this.#perShare = 1 / share;
    this.#sharpness = sharpness;
  }

  /** The standard score of `x` under the committed law, within ±1e12. */
  score(state: Float64Array, at: number, x: number): number {
    const shares = this.#shares;
    const deviations = this.#deviations;
    let sum = 0;
    for (let k = 0; k < 8; k++) {
      const deviation = clip((x - state[at + (k >> 1)]!) * state[at + 4 + k]!, LARGEST_DEVIATION);
      deviations[k] = deviation;
      sum += shares[k]! * deviation;
    }
    return clip(sum * this.#perShare, LARGEST_DEVIATION);
  }

  /**
   * What the value last scored is worth to each expert. exp(−u²/2) is taken as ((1 − u²/256) / (1 + u²/256))^64, 0 from 16 scales on:
   * arithmetic that every machine does alike.
   * @param young whether the scales rest on very few values yet
   */
  judge(state: Float64Array, at: number, young: boolean): void {
    const precisions = this.#precisions;
    const deviations = this.#deviations;
    const { likelihoods, scores } = this;
    let total = 0;
    for (let k = 0; k < 8; k++) {
      const deviation = deviations[k]!;
      const precision = precisions[k]!;
      const square = deviation * deviation;
      const y = square * 0.00390625;
      const tail = 2 + KAPPA_SQUARED * square;
      // One division serves both densities.
      const inverse = 1 / ((1 + y) * tail);
      const perTail = 2 * (1 + y) * inverse;
      const normal = y < 1 ? power64((1 - y) * tail * inverse) : 0;
      const p = state[at + 12 + 2 * k]! * precision * NORMAL_PEAK * normal;
      const q = state[at + 13 + 2 * k]! * precision * HEAVY_PEAK * perTail * Math.sqrt(perTail);
      likelihoods[2 * k] = p;
      likelihoods[2 * k + 1] = q;
      scores[k] = young ? (square < YOUNG_SCORE ? square : YOUNG_SCORE) : 1.5 * KAPPA_SQUARED * square * perTail;
      total += p + q;
    }
    const square = this.normalShare * this.normalShare;
    this.total = total;
    this.floor = OUTLIER * square * square * this.#sharpness * this.#perShare;
  }
}

function power64(x: number): number {
  const x2 = x * x;
  const x4 = x2 * x2;
  const x8 = x4 * x4;
  const x16 = x8 * x8;
  const x32 = x16 * x16;
  return x32 * x32;
}
