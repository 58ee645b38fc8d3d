import type { Detector } from '../drift/detector.js';
import { gradualChange } from '../drift/gradual-change.js';
import type { Normalizer } from './normalizer.js';
import { Renormalization } from './renormalization.js';
import type { RenormalizationPolicy } from './renormalization-policy.js';

// Where things stand in the state, before the detector, the ring of recent values, and one or two states of the method.
const COUNT = 0;
const EPOCHS = 1;
/** Scale before the last change, as it is estimated to be now; 0: there is none to go by. */
const PRIOR_SCALE = 2;
/** Values left of a transition. */
const LEFT = 3;
/** Whether a second statistic is learning. */
const SHADOWED = 4;
/** Values in the ring, and where the next goes. */
const HELD = 5;
const NEXT = 6;
/** Whether alarms are of one change that goes on. */
const GRADUAL = 7;
const HEADER = GRADUAL + gradualChange.stride;

/** A prior scale is worth so many values, and has no say from so many values on. */
const PRIOR_COUNT = 8;
const PRIOR_END = 64;
/** Values that can be learnt again. */
const RING = 128;

/**
 * Any method, made to follow what a detector finds: at an alarm an epoch ends, and the method goes on with what belongs to the next one.
 *
 * - `reset`: it starts afresh with the value that raised the alarm.
 * - `shrink`: it learns again the values since the estimated change, the last 128 at most.
 * - `shadow`: a second statistic, started when the detector entered its warning zone, takes over.
 * - `blend`: it starts afresh, and the yardstick goes over from the old to the new within so many values.
 *
 * The detector standardizes the values by what it saw of the epoch, so that its thresholds have no unit, and an epoch ends at the same
 * value whatever the method and its memory are. Affine methods score the first values of an epoch with the scale of
 * the epoch before (times the detected factor) mixed in as if it rested on eight values: a scale from two values would be none.
 *
 * A change that goes on (a ramp) ends one epoch, at its first alarm; at those that follow the method starts again as the policy has it, within
 * the epoch: `renormalization` then says `drift`.
 *
 * State: 17 doubles, the detector's, the method's (twice for shadow and blend), 128 for shrink. O(1), but at alarms.
 */
export class RenormalizingNormalizer implements Normalizer {
  readonly stride: number;
  readonly growable: boolean;
  readonly affine: boolean;
  readonly policy: RenormalizationPolicy;
  readonly detector: Detector;
  readonly renormalization = new Renormalization();
  center = Number.NaN;
  scale = Number.NaN;
  count = 0;
  readonly #method: Normalizer;
  readonly #second: Normalizer | undefined;
  readonly #ringAt: number;
  readonly #secondAt: number;
  readonly #methodAt: number;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;
  /** Whether the members say what the present state says. */
  #fresh = false;
  /** Share of the new statistic in a transition; 1 outside. */
  #share = 1;

  /** @param make the method, a new one at each call: not growable for any policy but `reset`, affine for `blend` */
  constructor(make: () => Normalizer, detector: Detector, policy: RenormalizationPolicy) {
    this.#method = make();
    this.#second = policy.kind === 'shadow' || policy.kind === 'blend' ? make() : undefined;
    this.detector = detector;
    this.policy = policy;
    this.affine = this.#method.affine;
    this.growable = this.#method.growable;
    this.#ringAt = HEADER + detector.stride;
    this.#secondAt = this.#ringAt + (policy.kind === 'shrink' ? RING : 0);
    // The method comes last, for its state may grow.
    this.#methodAt = this.#secondAt + (this.#second?.stride ?? 0);
    this.stride = this.#methodAt + this.#method.stride;
  }

  /** The array aimed at, or the longer one that replaced it. */
  get state(): Float64Array {
    return this.#method.state;
  }
  get epoch(): number {
    return this.state[this.#offset + EPOCHS]!;
  }

  aim(state: Float64Array, offset: number): void {
    this.#state = state;
    this.#offset = offset;
    this.#fresh = false;
    this.#method.aim(state, offset + this.#methodAt);
    this.#second?.aim(state, offset + this.#secondAt);
    this.detector.aim(state, offset + HEADER);
  }

  advance(time: number): void {
    this.#method.advance(time);
    this.#second?.advance(time);
    this.#follow();
    this.#fresh = false;
  }
  isTooLate(time: number): boolean {
    return this.#method.isTooLate(time);
  }

  refresh(): void {
    const { affine } = this;
    const method = this.#method;
    method.refresh();
    const offset = this.#offset;
    const prior = this.#state[offset + PRIOR_SCALE]!;
    this.count = this.#state[offset + COUNT]!;
    this.center = method.center;
    this.scale = affine && prior > 0 ? mixedScale(method.scale, method.count, prior) : method.scale;
    const left = this.#state[offset + LEFT]!;
    this.#share = 1;
    if (left > 0 && this.policy.kind === 'blend' && this.#second !== undefined) {
      // The old yardstick is the second; it learns no more.
      this.#second.refresh();
      this.#share = 1 - left / (this.policy.over + 1);
      this.center = this.#second.center + this.#share * (this.center - this.#second.center);
      this.scale = this.#second.scale + this.#share * (this.scale - this.#second.scale);
    }
    this.#fresh = true;
  }

  normalize(x: number): number {
    const method = this.#method;
    if (!this.affine || (this.scale === method.scale && this.#share === 1)) return method.normalize(x);
    if (!(this.scale > 0)) return method.normalize(x);
    return (x - this.center) / this.scale;
  }

  denormalize(y: number): number {
    const method = this.#method;
    if (!this.affine || (this.scale === method.scale && this.#share === 1) || !(this.scale > 0))
      return method.denormalize(y);
    return y * this.scale + this.center;
  }

  step(x: number, time: number): number {
    this.refresh();
    const score = this.count > 0 ? this.normalize(x) : Number.NaN;
    this.learn(x, time);
    return score;
  }

  learn(x: number, time: number): void {
    this.renormalization.clear();
    if (!this.#fresh) this.refresh();
    this.#fresh = false;
    const offset = this.#offset;
    const method = this.#method;
    const event = this.detector.update(x);
    this.#state[offset + COUNT]! += 1;
    if (this.policy.kind === 'shrink') this.#remember(x);
    gradualChange.learn(this.#state, offset + GRADUAL, x);
    if (event !== 0) {
      this.#renormalize(x, time, event);
      return;
    }
    if (gradualChange.hasEnded(this.#state, offset + GRADUAL)) this.detector.reset();
    method.learn(x, time);
    if (this.policy.kind === 'shadow') this.#followShadow(x, time);
    if (this.#state[offset + LEFT]! > 0) this.#state[offset + LEFT]! -= 1;
    this.#follow();
  }

  #followShadow(x: number, time: number): void {
    const shadowed = this.#offset + SHADOWED;
    if (this.detector.warning) {
      this.#state[shadowed] = 1;
      this.#second!.learn(x, time);
    } else if (this.#state[shadowed]! > 0) {
      this.#state[shadowed] = 0;
      this.#clear(this.#secondAt, this.#second!.stride);
    }
  }

  #renormalize(x: number, time: number, event: -2 | -1 | 1 | 2): void {
    const { renormalization, detector, policy } = this;
    const offset = this.#offset;
    renormalization.oldCenter = this.center;
    renormalization.oldScale = this.scale;
    const delay = Math.max(detector.delay, 1);
    const { size } = detector;
    // What the scale is taken to be before anything is known of the new one.
    const factor = (event === 2 || event === -2) && size > 0 ? size : 1;
    const prior = this.affine && this.scale > 0 ? this.scale * factor : 0;
    renormalization.size = factor === 1 ? size : factor;
    if (policy.kind === 'shadow' && this.#state[offset + SHADOWED]! > 0) {
      this.#second!.learn(x, time);
      this.#copySecond();
    } else {
      if (policy.kind === 'blend') this.#keepOld();
      this.#clear(this.#methodAt, this.#method.stride);
      if (policy.kind === 'shrink') this.#learnAgain(delay, time);
      else this.#method.learn(x, time);
    }
    this.#follow();
    this.#state[offset + PRIOR_SCALE] = prior;
    const goesOn = gradualChange.alarm(this.#state, offset + GRADUAL, event, delay);
    if (!goesOn) this.#state[offset + EPOCHS]! += 1;
    this.#state[offset + LEFT] = policy.kind === 'blend' ? policy.over : 0;
    this.#state[offset + SHADOWED] = 0;
    if (policy.kind === 'shadow') this.#clear(this.#secondAt, this.#second!.stride);
    detector.reset();
    // The value belongs to the new epoch.
    detector.update(x);
    const { center, scale, count } = this;
    this.refresh();
    renormalization.event = goesOn ? 0 : event;
    renormalization.drift = goesOn ? (event > 0 ? 1 : -1) : 0;
    renormalization.delay = delay;
    renormalization.newCenter = this.center;
    renormalization.newScale = this.scale;
    // The members go on to say what the score of x was made of.
    [this.center, this.scale, this.count] = [center, scale, count];
    this.#fresh = false;
  }

  #remember(x: number): void {
    const ring = this.#offset + this.#ringAt;
    const next = this.#state[this.#offset + NEXT]!;
    this.#state[ring + next] = x;
    this.#state[this.#offset + NEXT] = next + 1 === RING ? 0 : next + 1;
    if (this.#state[this.#offset + HELD]! < RING) this.#state[this.#offset + HELD]! += 1;
  }

  #learnAgain(values: number, time: number): void {
    const ring = this.#offset + this.#ringAt;
    const held = this.#state[this.#offset + HELD]!;
    const next = this.#state[this.#offset + NEXT]!;
    for (let i = Math.min(values, held); i > 0; i--) {
      this.#method.learn(this.#state[ring + ((next - i + RING) % RING)]!, time);
    }
  }

  /** The state as it is may have outgrown its array in `learn`. */
  #follow(): void {
    const { state } = this.#method;
    if (state === this.#state) return;
    this.#state = state;
    this.detector.aim(state, this.#offset + HEADER);
  }

  #clear(at: number, length: number): void {
    const first = this.#offset + at;
    // A state that has grown is forgotten to its end.
    this.#state.fill(0, first, at === this.#methodAt && this.growable ? this.#state.length : first + length);
  }
  #copySecond(): void {
    const from = this.#offset + this.#secondAt;
    this.#state.copyWithin(this.#offset + this.#methodAt, from, from + this.#second!.stride);
  }
  #keepOld(): void {
    const from = this.#offset + this.#methodAt;
    this.#state.copyWithin(this.#offset + this.#secondAt, from, from + this.#method.stride);
  }
}

/** The root of the mean of the squares, the prior scale fading out of it. */
function mixedScale(scale: number, count: number, prior: number): number {
  if (count >= PRIOR_END) return scale;
  const known = scale > 0 ? scale : 0;
  const share = (1 - count / PRIOR_END) * (PRIOR_COUNT / (PRIOR_COUNT + count));
  // By quotients, for squares of scales may overflow.
  const larger = Math.max(known, prior);
  return larger * Math.sqrt((1 - share) * (known / larger) ** 2 + share * (prior / larger) ** 2);
}
