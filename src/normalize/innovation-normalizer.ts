import { EpochDetector } from '../drift/epoch-detector.js';
import { firstChangeScore } from '../stats/first-change-score.js';
import { isObservation } from '../stats/is-observation.js';
import { ExpertCenters } from './innovation/expert-centers.js';
import { ExpertScales } from './innovation/expert-scales.js';
import { ExpertWeights } from './innovation/expert-weights.js';
import { PredictiveLaw } from './innovation/predictive-law.js';
import { twoSidedP } from './innovation/two-sided-p.js';
import { SelfTuningNormalizer } from './self-tuning-normalizer.js';

// Where the parts stand in the state, after the number of values learnt.
/** Values learnt since the first change; 0 while the series is constant. */
const CHANGES = 1;
/** The smallest change between neighbours yet. */
const RESOLUTION = 2;
const CENTERS = 3;
const PRECISIONS = 7;
const WEIGHTS = 15;
const DETECTOR = 31;
const STRIDE = DETECTOR + EpochDetector.stride;

/** Changes no larger than this have no reciprocal. */
const NEGLIGIBLE = 1e-300;
/** Until so many values after the first change the scales learn from squares. */
const YOUNG = 4;

/**
 * The calibrated surprise of each value: its distance from what the past predicts, in predicted scales, under a law that was committed
 * to before the value was seen.
 *
 * Sixteen experts (four centers, two scales, two tails), weighted by how well they have predicted; see `PredictiveLaw`. It whitens: on
 * autocorrelated data the level within a regime is not in the score. Nothing to tune. An epoch detector renews the long scales when
 * the scale of the series has changed, and counts epochs.
 *
 * The score has no unit: mean 0, standard deviation 1 on normal data. A constant series scores 0, its first change as
 * `firstChangeScore` says. State: 46 doubles, by `+ − × ÷ √` only, so the same on every machine; invariant to `a·x + b`. O(1).
 */
export class InnovationNormalizer extends SelfTuningNormalizer {
  static readonly stride = STRIDE;
  readonly stride = STRIDE;
  readonly #law = new PredictiveLaw();
  readonly #centers = new ExpertCenters();
  readonly #scales = new ExpertScales();
  readonly #weights = new ExpertWeights();
  readonly #detector = new EpochDetector();
  #center = Number.NaN;
  #scale = Number.NaN;
  #normalShare = Number.NaN;
  /** Whether the three above say what the state said when it was last refreshed. */
  #isSettled = true;
  #score = Number.NaN;
  /** Which value the law has judged in the present state; NaN: none yet. */
  #judged = Number.NaN;

  constructor() {
    super(STRIDE);
  }

  get count(): number {
    return this.state[this.offset]!;
  }
  get epoch(): number {
    return this.#detector.epochs(this.state, this.offset + DETECTOR);
  }
  get center(): number {
    this.#settle();
    return this.#center;
  }
  get scale(): number {
    this.#settle();
    return this.#scale;
  }
  /** Weight of the heavy-tailed part of the law, in [0, 1]; NaN when nothing is known. */
  get tail(): number {
    this.#settle();
    return 1 - this.#normalShare;
  }
  /** Chance under the committed law of a value at least as far out as the one last normalized: two-sided, in [0, 1]. */
  get p(): number {
    this.#settle();
    return twoSidedP(this.#score, this.#normalShare);
  }

  refresh(): void {
    this.#score = this.#judged = Number.NaN;
    this.#isSettled = false;
    this.isFresh = true;
  }

  normalize(x: number): number {
    if (!isObservation(x)) return Number.NaN;
    const { state, offset } = this;
    const changes = state[offset + CHANGES]!;
    if (changes > 0) {
      this.#judged = x;
      this.#score = this.#law.judge(state, offset + CENTERS, x, changes < YOUNG);
    } else this.#score = this.#scoreConstant(x);
    return this.#score;
  }

  learn(x: number, _time?: number): void {
    const { state, offset, renormalization } = this;
    renormalization.clear();
    if (!isObservation(x)) return;
    if (!this.isFresh) this.refresh();
    const count = state[offset]!;
    const changes = state[offset + CHANGES]!;
    const gap = count === 0 ? 0 : Math.abs(x - state[offset + CENTERS]!);
    if (changes > 0) this.#learnExperts(x, gap, changes);
    else {
      // What is not known to the law must be said before it is changed.
      this.#settle();
      if (count === 0) this.#open(x);
      else if (gap > NEGLIGIBLE) this.#openScales(gap);
    }
    if (count > 0) this.#centers.learn(state, offset + CENTERS, x, count, offset + PRECISIONS);
    state[offset] = count + 1;
    const event = this.#detector.update(state, offset + DETECTOR, x, count);
    if (event !== 0) {
      if (event === 2 || event === -2) this.#scales.shorten(state, offset + PRECISIONS);
      this.#report(event);
    }
    this.isFresh = false;
  }

  /** Says what the law is, once somebody asks: mostly nobody does. */
  #settle(): void {
    if (this.#isSettled) return;
    const { state, offset } = this;
    this.#isSettled = true;
    if (state[offset + CHANGES]! > 0) {
      if (Number.isNaN(this.#judged)) this.#law.commit(state, offset + CENTERS);
      this.#center = this.#law.center;
      this.#scale = this.#law.scale;
      this.#normalShare = this.#law.normalShare;
    } else {
      const known = state[offset]! > 0;
      this.#center = known ? state[offset + CENTERS]! : Number.NaN;
      this.#scale = known ? 0 : Number.NaN;
      this.#normalShare = known ? 1 : Number.NaN;
    }
  }

  #open(x: number): void {
    this.#centers.open(this.state, this.offset + CENTERS, x);
    this.#weights.open(this.state, this.offset + WEIGHTS);
  }

  #openScales(gap: number): void {
    const { state, offset } = this;
    state[offset + CHANGES] = 1;
    state[offset + RESOLUTION] = gap;
    this.#scales.open(state, offset + PRECISIONS, gap);
  }

  /** The law has judged the value, or the series was constant: `center` and `scale` are still those the value was scored with. */
  #report(event: -2 | -1 | 1 | 2): void {
    const { renormalization } = this;
    renormalization.event = event;
    renormalization.oldCenter = this.center;
    renormalization.oldScale = this.scale;
    this.#law.commit(this.state, this.offset + CENTERS);
    renormalization.newCenter = this.#law.center;
    renormalization.newScale = this.#law.scale;
  }

  #learnExperts(x: number, gap: number, changes: number): void {
    const { state, offset } = this;
    const law = this.#law;
    if (this.#judged !== x) this.normalize(x);
    this.#weights.learn(state, offset + WEIGHTS, law.likelihoods, law.total, law.floor);
    if (gap > NEGLIGIBLE && gap < state[offset + RESOLUTION]!) state[offset + RESOLUTION] = gap;
    this.#scales.learn(state, offset + PRECISIONS, law.scores, changes, state[offset + RESOLUTION]!);
    state[offset + CHANGES] = changes + 1;
  }

  #scoreConstant(x: number): number {
    const change = x - this.state[this.offset + CENTERS]!;
    if (!(Math.abs(change) > NEGLIGIBLE)) return 0;
    const size = firstChangeScore(this.state[this.offset]!);
    return change > 0 ? size : -size;
  }
}
