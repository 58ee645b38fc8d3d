import { clip } from '../stats/clip.js';
import { mScaleScore } from '../stats/m-scale-score.js';
import { positivePart } from '../stats/positive-part.js';
import type { EpochEvent } from './epoch-event.js';

// Where things stand in the state.
const AGE = 0;
const MEAN = 1;
/** 1 / scale; 0 while the series is constant. */
const PRECISION = 2;
const MEAN_SQUARE = 3;
const MEAN_SQUARED_STEP = 4;
const LAST = 5;
/** Up and down for a small shift, then for a large one. */
const LEVEL_SUMS = 6;
const SCALE_UP = 10;
const SCALE_DOWN = 11;
const EPOCHS = 12;
const CORRELATION = 13;
/** 1 / standard deviation of the whitened value. */
const WHITENED_PRECISION = 14;

const OLDEST = 4096;
const OLDEST_GAIN = 1 / (OLDEST + 1);
/** Ages from which levels and scales are watched. */
const LEVEL_GRACE = 24;
const SCALE_GRACE = 64;
const LEVEL_THRESHOLD = 12.5;
const SCALE_THRESHOLD = 16;
/** Shifts, in whitened standard deviations, for which the level sums are optimal. */
const SMALL = 0.5;
const LARGE = 1.25;
const UP_SLOPE = 0.9;
/** ln E exp(UP_SLOPE·(score − 1)) and ln E exp(−(score − 1)) under N(0, 1): what makes each sum's exponential a martingale. */
const UP_DRIFT = 0.2545148524808726;
const DOWN_DRIFT = 0.2648066937824161;
const HUBER = 3;
const LARGEST_DEVIATION = 1e12;
/** Changes no larger than this have no reciprocal. */
const NEGLIGIBLE = 1e-300;
/** Until this age the scale learns from squares. */
const YOUNG = 10;
const YOUNG_SCORE = 1e4;
const SMALLEST_SQUARE = 0.05;
/** Age given to a new epoch: the scale it inherits is worth so many observations. */
const INHERITED = 8;

/**
 * Tells when the level or the scale of a series has changed since its last epoch, with nothing to set.
 *
 * Self-starting CUSUMs (Page 1954, Hawkins 1987) on deviations from a Huber mean in M-scales, whitened by the lag-1 autocorrelation,
 * so that the thresholds have no unit and hold on autocorrelated and heavy-tailed series too. On N(0, 1): one false alarm in 400,000
 * values; median delay 22 values for a shift of 1σ, 8 for 2σ, 41 for a doubled and 52 for a halved scale.
 *
 * State: 15 doubles at `at`, all zeros at first: `[age, mean, 1 / scale, mean square, mean squared step, last, level sums ×4,
 * scale sums ×2, epochs, correlation, whitened 1 / sd]`. `x` must be an observation. Invariant to `a·x + b`. O(1).
 */
export class EpochDetector {
  static readonly stride = 15;

  /** Alarms so far. */
  epochs(state: Float64Array, at: number): number {
    return state[at + EPOCHS]!;
  }

  /** Learns `x`. `clock` counts the values of the series so far; every sixteenth refreshes the whitening. */
  update(state: Float64Array, at: number, x: number, clock: number): EpochEvent {
    const age = state[at + AGE]!;
    const precision = state[at + PRECISION]!;
    if (precision === 0) {
      this.#waitForChange(state, at, x, age);
      return 0;
    }
    const mean = state[at + MEAN]!;
    const error = x - mean;
    const deviation = clip(error * precision, LARGEST_DEVIATION);
    const u = age < OLDEST ? deviation * Math.sqrt(age / (age + 1)) : deviation;
    const v = clip(u, HUBER);
    const score = mScaleScore(u * u);
    if (age >= LEVEL_GRACE) {
      if (age < SCALE_GRACE || (clock & 15) === 0) this.#refreshWhitening(state, at);
      const level = this.#watchLevel(state, at, v);
      // Both are asked, whatever the first says: a shift of the level must not hide from the sums of the scale.
      const scale = age < SCALE_GRACE ? 0 : this.#watchScale(state, at, score - 1);
      const event = level !== 0 ? level : scale;
      if (event !== 0) {
        this.#restart(state, at, x, event);
        return event;
      }
    }
    // Learnt here and not in a method: numbers handed to one that is not inlined cost an allocation each.
    const square = state[at + MEAN_SQUARE]!;
    const squaredStep = state[at + MEAN_SQUARED_STEP]!;
    const gain = age < OLDEST ? 1 / (age + 1) : OLDEST_GAIN;
    const scaleGain = age < OLDEST ? 1 / (age + 2) : OLDEST_GAIN;
    state[at + MEAN] = mean + gain * (deviation > HUBER || deviation < -HUBER ? clip(error, HUBER / precision) : error);
    const youngScore = u * u < YOUNG_SCORE ? u * u : YOUNG_SCORE;
    const growth = scaleGain * ((age < YOUNG ? youngScore : score) - 1);
    // 1 / √(1 + t), by its series where t is small.
    const shrink =
      scaleGain < 0.005 ? 1 - growth * (0.5 - growth * (0.375 - growth * 0.3125)) : 1 / Math.sqrt(1 + growth);
    state[at + PRECISION] = precision * shrink;
    const step = v - state[at + LAST]!;
    const learnt = square + scaleGain * (v * v - square);
    state[at + MEAN_SQUARE] = learnt > SMALLEST_SQUARE ? learnt : SMALLEST_SQUARE;
    state[at + MEAN_SQUARED_STEP] = squaredStep + scaleGain * (step * step - squaredStep);
    state[at + LAST] = v;
    if (age < OLDEST) state[at + AGE] = age + 1;
    return 0;
  }

  #waitForChange(state: Float64Array, at: number, x: number, age: number): void {
    if (age === 0) {
      state[at + AGE] = 1;
      state[at + MEAN] = x;
      return;
    }
    const error = x - state[at + MEAN]!;
    const gap = Math.abs(error);
    if (gap > NEGLIGIBLE) {
      state[at + AGE] = 2;
      state[at + MEAN]! += error / 2;
      state[at + PRECISION] = 1 / gap;
      state[at + MEAN_SQUARE] = 1;
      state[at + MEAN_SQUARED_STEP] = 2;
    } else if (age < OLDEST) state[at + AGE] = age + 1;
  }

  /** Lag-1 autocorrelation from steps, which a level shift does not inflate. */
  #refreshWhitening(state: Float64Array, at: number): void {
    const square = state[at + MEAN_SQUARE]!;
    const raw = 1 - state[at + MEAN_SQUARED_STEP]! / (2 * square);
    const correlation = raw > 0.98 ? 0.98 : positivePart(raw);
    state[at + CORRELATION] = correlation;
    state[at + WHITENED_PRECISION] = 1 / Math.sqrt(square * (1 - correlation * correlation));
  }

  #watchLevel(state: Float64Array, at: number, v: number): EpochEvent {
    const whitened = (v - state[at + CORRELATION]! * state[at + LAST]!) * state[at + WHITENED_PRECISION]!;
    const small = SMALL * whitened;
    const large = LARGE * whitened;
    const sums = at + LEVEL_SUMS;
    const up = state[sums]! + small - (SMALL * SMALL) / 2;
    const down = state[sums + 1]! - small - (SMALL * SMALL) / 2;
    const farUp = state[sums + 2]! + large - (LARGE * LARGE) / 2;
    const farDown = state[sums + 3]! - large - (LARGE * LARGE) / 2;
    state[sums] = positivePart(up);
    state[sums + 1] = positivePart(down);
    state[sums + 2] = positivePart(farUp);
    state[sums + 3] = positivePart(farDown);
    if (up > LEVEL_THRESHOLD || farUp > LEVEL_THRESHOLD) return 1;
    return down > LEVEL_THRESHOLD || farDown > LEVEL_THRESHOLD ? -1 : 0;
  }

  /** Neighbours that resemble each other say less about the scale. */
  #watchScale(state: Float64Array, at: number, excess: number): EpochEvent {
    const correlation = state[at + CORRELATION]!;
    const weight = (1 - correlation) / (1 + correlation);
    const up = state[at + SCALE_UP]! + (UP_SLOPE * excess - UP_DRIFT) * weight;
    const down = state[at + SCALE_DOWN]! - (excess + DOWN_DRIFT) * weight;
    state[at + SCALE_UP] = positivePart(up);
    state[at + SCALE_DOWN] = positivePart(down);
    if (up > SCALE_THRESHOLD) return 2;
    return down > SCALE_THRESHOLD ? -2 : 0;
  }

  /** The new epoch starts at `x` and inherits the scale, doubled or halved when that is what changed. */
  #restart(state: Float64Array, at: number, x: number, event: EpochEvent): void {
    state.fill(0, at + LEVEL_SUMS, at + EPOCHS);
    state[at + AGE] = INHERITED;
    state[at + MEAN] = x;
    if (event === 2) state[at + PRECISION]! *= 0.5;
    else if (event === -2) state[at + PRECISION]! *= 2;
    state[at + MEAN_SQUARE] = 1;
    state[at + MEAN_SQUARED_STEP] = 2;
    state[at + LAST] = 0;
    state[at + EPOCHS]! += 1;
  }
}
