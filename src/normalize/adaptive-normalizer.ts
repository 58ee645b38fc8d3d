import { InvalidOptionError } from '../errors.js';
import { clip } from '../stats/clip.js';
import { CorrelationTime } from '../stats/correlation-time.js';
import { firstChangeScore } from '../stats/first-change-score.js';
import { isObservation } from '../stats/is-observation.js';
import { repeatWeight } from '../stats/repeat-weight.js';
import { LevelWatch } from './adaptive/level-watch.js';
import { Present } from './adaptive/present.js';
import { RegimeMoments } from './adaptive/regime-moments.js';
import { ScaleWatch } from './adaptive/scale-watch.js';
import { Whitening } from './adaptive/whitening.js';
import { SelfTuningNormalizer } from './self-tuning-normalizer.js';

// Where the parts stand in the state.
const MOMENTS = 0;
const VARIANCE = 1;
const CENTER_COUNT = 2;
const VARIANCE_COUNT = 3;
const REPEAT = 4;
const OBSERVATIONS = 6;
const EPOCHS = 7;
const WHITENING = 8;
const LEVEL = WHITENING + Whitening.stride;
const SCALE = LEVEL + LevelWatch.stride;
const CORRELATION = SCALE + ScaleWatch.stride;
const MEANS = CORRELATION + CorrelationTime.stride;
const STRIDE = MEANS + RegimeMoments.meansStride;

const LARGEST_SCORE = 1e12;
/** Standardized values beyond this are learnt as this. */
const REACH = 4.5;
/** Values of a regime, by weight, from which a change of level and one of scale are looked for. */
const LEVEL_GRACE = 32;
const SCALE_GRACE = 64;
/** Values from which a single innovation may tell of a shift, if fewer than this were like it lately. */
const KNOWN = 64;
const FEW_OUTLIERS = 2;

export interface AdaptiveOptions {
  /** Values that center and scale of a regime rest on at most. @defaultValue 2048 */
  memory?: number;
  /** Longest block, in values, of the correlation estimate: cycles up to about six blocks stay visible. @defaultValue 64 */
  block?: number;
}

/**
 * Where each value lies in the present regime of its series: `(x − center) / scale`, with nothing that must be set.
 *
 * What happens inside a regime (noise, autocorrelation, a daily cycle) stays visible; changes of level, scale or unit open an epoch,
 * slow drift is followed; spikes, short bursts and stuck stretches are not learnt. Clipped cumulative moments (`RegimeMoments`) hold the
 * regime; `LevelWatch` and `ScaleWatch` look for its end in what `Whitening` finds new, `CorrelationTime` tells how much that is worth.
 *
 * The score has no unit, is within ±1e12, and is made before the value is learnt. A constant series scores 0, its first change as
 * `firstChangeScore` says. State: 56 doubles, by `+ − × ÷ √` only, so the same on every machine; invariant to `a·x + b`. O(1).
 */
export class AdaptiveNormalizer extends SelfTuningNormalizer {
  static readonly stride = STRIDE;
  readonly stride = STRIDE;
  center = Number.NaN;
  scale = Number.NaN;
  readonly #moments: RegimeMoments;
  readonly #whitening: Whitening;
  readonly #correlation: CorrelationTime;
  readonly #level = new LevelWatch();
  readonly #spread = new ScaleWatch();
  readonly #present = new Present();

  /** @throws InvalidOptionError */
  constructor({ memory = 2048, block = 64 }: AdaptiveOptions = {}) {
    super(STRIDE);
    if (!(Number.isInteger(block) && block >= 16 && block <= 65_536 && block % 8 === 0))
      throw new InvalidOptionError('block', block, 'a multiple of 8 from 16 to 65536');
    if (!(Number.isInteger(memory) && memory >= 4 * block && memory <= 2 ** 30))
      throw new InvalidOptionError('memory', memory, 'a number of values from 4 blocks to 1073741824');
    this.#moments = new RegimeMoments(memory);
    this.#whitening = new Whitening(memory);
    this.#correlation = new CorrelationTime(block, memory);
  }

  get count(): number {
    return this.state[this.offset + OBSERVATIONS]!;
  }
  get epoch(): number {
    return this.state[this.offset + EPOCHS]!;
  }

  refresh(): void {
    const { state, offset } = this;
    const known = state[offset + OBSERVATIONS]! > 0;
    this.center = known ? state[offset + MOMENTS]! : Number.NaN;
    this.scale = known ? Math.sqrt(state[offset + VARIANCE]!) : Number.NaN;
    this.isFresh = true;
  }

  normalize(x: number): number {
    if (!isObservation(x)) return Number.NaN;
    const error = x - this.center;
    if (this.scale > 0) return clip(error / this.scale, LARGEST_SCORE);
    if (!isChange(error)) return 0;
    const size = firstChangeScore(this.state[this.offset + CENTER_COUNT]!);
    return error > 0 ? size : -size;
  }

  learn(x: number, _time?: number): void {
    this.renormalization.clear();
    if (!isObservation(x)) return;
    if (!this.isFresh) this.refresh();
    this.isFresh = false;
    const { state, offset } = this;
    const observations = state[offset + OBSERVATIONS]!;
    state[offset + OBSERVATIONS] = observations + 1;
    const weight = repeatWeight(state, offset + REPEAT, x);
    if (this.scale > 0) this.#learnRegime(x, weight);
    else if (observations === 0) this.#open(x);
    else if (isChange(x - this.center))
      this.#moments.openScale(state, offset + MOMENTS, offset + MEANS, x - this.center);
    else state[offset + CENTER_COUNT]! += 1;
  }

  #open(x: number): void {
    const { state, offset } = this;
    state[offset + REPEAT] = x;
    state[offset + REPEAT + 1] = 1;
    this.#moments.open(state, offset + MOMENTS, offset + MEANS, x);
    this.#whitening.open(state, offset + WHITENING);
  }

  #learnRegime(x: number, weight: number): void {
    const { state, offset } = this;
    const now = this.#present;
    const count = state[offset + CENTER_COUNT]!;
    const tau = this.#correlation.value(state, offset + CORRELATION);
    now.x = x;
    now.weight = weight;
    now.center = this.center;
    now.scale = this.scale;
    now.tau = tau;
    // The center of a young regime is uncertain itself.
    now.u = clip((x - now.center) / now.scale, LARGEST_SCORE) * Math.sqrt(count / (count + tau));
    now.v = clip(now.u, REACH);
    this.#whitening.judge(state, offset + WHITENING, now);
    if (state[offset + VARIANCE_COUNT]! >= LEVEL_GRACE && this.#isOver(now)) return;
    const drift = this.#moments.learn(state, offset + MOMENTS, offset + MEANS, now);
    this.#whitening.learn(state, offset + WHITENING, now);
    if (weight === 1) this.#correlation.learn(state, offset + CORRELATION, now.v);
    if (drift === 0) return;
    if (now.tookOff) this.#startAfresh(x);
    this.#report(0, drift, Number.NaN);
  }

  /** The regime was a ramp, and is now what is left about it: correlations and suspicions were the ramp's. */
  #startAfresh(x: number): void {
    const { state, offset } = this;
    state.fill(0, offset + WHITENING, offset + MEANS);
    this.#whitening.open(state, offset + WHITENING);
    const at = state[offset + MOMENTS]! - this.#moments.ahead(state, offset + MEANS);
    const last = clip((x - at) / Math.sqrt(state[offset + VARIANCE]!), REACH);
    this.#whitening.restart(state, offset + WHITENING, last, last);
  }

  /** Whether what is taken for the end of the regime shows that it is a ramp: no epoch, for it is to be followed. */
  #isRamp(now: Present): boolean {
    const { state, offset } = this;
    const turn = this.#moments.followRamp(state, offset + MOMENTS, offset + MEANS, now);
    if (turn === 0) return false;
    if (now.tookOff) this.#startAfresh(now.x);
    else state.fill(0, offset + LEVEL, offset + CORRELATION);
    this.#report(0, turn, Number.NaN);
    return true;
  }

  /** Looks for the end of the regime in a value; if it is, opens the next one, and the value itself is not learnt any further. */
  #isOver(now: Present): boolean {
    const { state, offset } = this;
    const age = state[offset + VARIANCE_COUNT]!;
    now.known = age >= KNOWN;
    now.trusting = now.known && this.#whitening.outliers(state, offset + WHITENING) < FEW_OUTLIERS;
    if (this.#level.learn(state, offset + LEVEL, now)) {
      const side = this.#level.shift(state, offset + LEVEL, now);
      if (side !== 0) {
        if (!this.#isRamp(now)) this.#restartLevel(now.x, side, now.tau);
        return true;
      }
    }
    if (age < SCALE_GRACE) return false;
    const event = this.#spread.learn(state, offset + SCALE, now);
    if (event === 0) return false;
    if (event === -2 && this.#moments.isSettling(state, offset + MOMENTS, offset + MEANS)) {
      state.fill(0, offset + SCALE, offset + CORRELATION);
      return false;
    }
    if (!this.#isRamp(now)) this.#restartScale(now.x, event);
    return true;
  }

  #restartLevel(x: number, side: -1 | 1, tau: number): void {
    const { state, offset, center, scale } = this;
    const shadow = this.#level.shadowAt(offset + LEVEL, side);
    const n = Math.abs(state[shadow]!);
    const [mean, squares] = [state[shadow + 1]!, state[shadow + 2]!];
    const innovations = this.#level.innovations(state, offset + LEVEL, side);
    this.#moments.restartLevel(state, offset + MOMENTS, offset + MEANS, n, mean, squares, innovations, scale, tau);
    const newScale = Math.sqrt(state[offset + VARIANCE]!);
    const ahead = this.#moments.ahead(state, offset + MEANS);
    const last = clip((x - state[offset]! + ahead) / newScale, REACH);
    this.#whitening.restart(state, offset + WHITENING, last, last);
    const shift = (center - state[offset]!) / newScale;
    this.#correlation.rescale(state, offset + CORRELATION, scale / newScale, shift, n);
    this.#openEpoch(side, n);
  }

  #restartScale(x: number, event: -2 | 2): void {
    const { state, offset, center, scale } = this;
    const n = this.#spread.delay(state, offset + SCALE, event);
    const ratio = this.#spread.ratio(state, offset + SCALE, event);
    this.#moments.restartScale(state, offset + MOMENTS, offset + MEANS, n, ratio, scale);
    const newScale = Math.sqrt(state[offset + VARIANCE]!);
    const factor = scale / newScale;
    const short = clip(this.#whitening.short(state, offset + WHITENING) * factor, REACH);
    this.#whitening.restart(state, offset + WHITENING, clip((x - center) / newScale, REACH), short);
    this.#correlation.rescale(state, offset + CORRELATION, factor, 0, n);
    this.#openEpoch(event, n);
  }

  #openEpoch(event: -2 | -1 | 1 | 2, delay: number): void {
    const { state, offset } = this;
    state.fill(0, offset + LEVEL, offset + CORRELATION);
    state[offset + EPOCHS]! += 1;
    this.#report(event, 0, delay);
  }

  #report(event: -2 | -1 | 0 | 1 | 2, drift: -1 | 0 | 1, delay: number): void {
    const { renormalization, state, offset } = this;
    renormalization.event = event;
    renormalization.drift = drift;
    renormalization.oldCenter = this.center;
    renormalization.oldScale = this.scale;
    renormalization.newCenter = state[offset + MOMENTS]!;
    renormalization.newScale = Math.sqrt(state[offset + VARIANCE]!);
    renormalization.delay = delay;
  }
}

/** Whether an error has a square: smaller ones are taken for none. */
function isChange(error: number): boolean {
  return error * error > 0;
}
