import { clip } from '../../stats/clip.js';
import { positivePart } from '../../stats/positive-part.js';

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
 * Holds nothing of a series beyond one value. O(1), 16 experts, in one pass: the profile shows their eight divisions and eight roots, one
 * after the other, to be most of what a value costs.
 */
export class PredictiveLaw {
  /** What the experts with a normal tail are believed together, in [0, 1]. */
  normalShare = Number.NaN;
  /** Weight times density of the sixteen experts at the value, in units of `1 / s_0`; their sum; the outlier density. */
  readonly likelihoods = new Float64Array(16);
  total = 0;
  floor = 0;
  /** M-scale scores of the deviations from the eight predictions; see `mScaleScore`. */
  readonly scores = new Float64Array(8);
  #slow = Number.NaN;
  #unit = Number.NaN;
  #share = 0;
  #sharpness = 0;
  #shift = 0;

  /** In the unit of the series. */
  get center(): number {
    return this.#slow + this.#shift * (1 / this.#sharpness);
  }
  get scale(): number {
    return this.#share * this.#unit * (1 / this.#sharpness);
  }

  /** Commits to the law while no value is known yet. Reads 4 centers, 8 reciprocal scales and 16 weights, one after the other at `at`. */
  commit(state: Float64Array, at: number): void {
    this.judge(state, at, state[at + 3]!, false);
  }

  /**
   * Commits to the law, and answers the standard score of `x` under it, within ±1e12. Says what `x` is worth to each expert:
   * exp(−u²/2) is taken as ((1 − u²/256) / (1 + u²/256))^64, 0 from 16 scales on, arithmetic that every machine does alike.
   * @param young whether the scales rest on very few values yet
   */
  judge(state: Float64Array, at: number, x: number, young: boolean): number {
    const { likelihoods, scores } = this;
    const slow = state[at + 3]!;
    const unit = 1 / state[at + 4]!;
    let share = 0;
    let sharpness = 0;
    let shift = 0;
    let normalShare = 0;
    let sum = 0;
    let total = 0;
    for (let k = 0, weights = at + 12; k < 8; k++, weights += 2) {
      const center = state[at + (k >> 1)]!;
      const reciprocal = state[at + 4 + k]!;
      const normalWeight = state[weights]!;
      const heavyWeight = state[weights + 1]!;
      const deviation = clip((x - center) * reciprocal, LARGEST_DEVIATION);
      const precision = reciprocal * unit;
      const excess = positivePart(normalWeight + heavyWeight - LEAST);
      const v = excess * excess;
      const sharp = v * precision;
      share += v;
      sharpness += sharp;
      shift += sharp * (center - slow);
      normalShare += normalWeight;
      sum += v * deviation;
      const square = deviation * deviation;
      const y = square * 0.00390625;
      const tail = 2 + KAPPA_SQUARED * square;
      // One division serves both densities.
      const inverse = 1 / ((1 + y) * tail);
      const perTail = 2 * (1 + y) * inverse;
      const normal = y < 1 ? power64((1 - y) * tail * inverse) : 0;
      const p = normalWeight * precision * NORMAL_PEAK * normal;
      const q = heavyWeight * precision * HEAVY_PEAK * perTail * Math.sqrt(perTail);
      likelihoods[2 * k] = p;
      likelihoods[2 * k + 1] = q;
      scores[k] = young ? (square < YOUNG_SCORE ? square : YOUNG_SCORE) : 1.5 * KAPPA_SQUARED * square * perTail;
      total += p + q;
    }
    const perShare = 1 / share;
    const normalSquare = normalShare * normalShare;
    this.normalShare = normalShare;
    this.total = total;
    this.floor = OUTLIER * normalSquare * normalSquare * sharpness * perShare;
    this.#slow = slow;
    this.#unit = unit;
    this.#share = share;
    this.#sharpness = sharpness;
    this.#shift = shift;
    return clip(sum * perShare, LARGEST_DEVIATION);
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
