import { InvalidOptionError } from '../errors.js';
import { between } from './between.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { positive } from './positive.js';

// Where things stand in the state.
const COUNT = 0;
const MEAN = 1;
const UP = 2;
const LOWEST = 3;
const DOWN = 4;
const HIGHEST = 5;
/** Values since the lowest and since the highest sum. */
const UP_RUN = 6;
const DOWN_RUN = 7;

export interface PageHinkleyOptions {
  /** Deviations up to this are tolerated, in the unit of the input. @defaultValue 0.005 */
  delta?: number;
  /** An alarm is a sum so far from its extreme, in the unit of the input. @defaultValue 50 */
  threshold?: number;
  /** What a sum keeps of itself from value to value, in (0, 1]. @defaultValue 0.9999 */
  keep?: number;
  /** Values before the first alarm. @defaultValue 30 */
  warmup?: number;
}

/**
 * Page-Hinkley test, two-sided: d = x − mean of all values up to x; S⁺ = keep·S⁺ + d − delta, S⁻ = keep·S⁻ + d + delta; an alarm when
 * S⁺ − min S⁺ or max S⁻ − S⁻ exceeds the threshold. As in river 0.26, which follows Mouss et al. (2004).
 *
 * Not scale-free: feed it normalized values. The change is estimated to lie at the extreme; the warning zone begins at half the
 * threshold. State: 8 doubles. O(1).
 */
export class PageHinkley extends DetectorView {
  static readonly stride = 8;
  readonly stride = PageHinkley.stride;
  readonly delta: number;
  readonly threshold: number;
  readonly keep: number;
  readonly warmup: number;

  /** @throws InvalidOptionError */
  constructor({ delta = 0.005, threshold = 50, keep = 0.9999, warmup = 30 }: PageHinkleyOptions = {}) {
    super();
    if (!(delta >= 0 && delta < Number.POSITIVE_INFINITY))
      throw new InvalidOptionError('delta', delta, 'a finite number >= 0');
    if (keep !== 1) between('keep', keep, 0, 1);
    if (!(Number.isSafeInteger(warmup) && warmup >= 1))
      throw new InvalidOptionError('warmup', warmup, 'an integer >= 1');
    this.delta = delta;
    this.threshold = positive('threshold', threshold);
    this.keep = keep;
    this.warmup = warmup;
  }

  get count(): number {
    return this.state[this.offset + COUNT]!;
  }
  get warning(): boolean {
    return this.count >= this.warmup && Math.max(this.#rise, this.#fall) > this.threshold / 2;
  }
  get delay(): number {
    return this.#rise >= this.#fall ? this.state[this.offset + UP_RUN]! : this.state[this.offset + DOWN_RUN]!;
  }
  get size(): number {
    const run = this.delay;
    if (run === 0) return 0;
    return this.#rise >= this.#fall ? this.#rise / run + this.delta : -this.#fall / run - this.delta;
  }

  protected learn(x: number): EpochEvent {
    const { state, offset, delta, keep, threshold } = this;
    const count = state[offset]! + 1;
    state[offset] = count;
    const before = state[offset + MEAN]!;
    const mean = before + (x - before) / count;
    const deviation = x - mean;
    const up = keep * state[offset + UP]! + deviation - delta;
    const down = keep * state[offset + DOWN]! + deviation + delta;
    let lowest = state[offset + LOWEST]!;
    let highest = state[offset + HIGHEST]!;
    state[offset + MEAN] = mean;
    state[offset + UP] = up;
    state[offset + DOWN] = down;
    if (up < lowest || count === 1) {
      lowest = state[offset + LOWEST] = up;
      state[offset + UP_RUN] = 0;
    } else state[offset + UP_RUN]! += 1;
    if (down > highest || count === 1) {
      highest = state[offset + HIGHEST] = down;
      state[offset + DOWN_RUN] = 0;
    } else state[offset + DOWN_RUN]! += 1;
    if (count < this.warmup) return 0;
    return up - lowest > threshold ? 1 : highest - down > threshold ? -1 : 0;
  }

  get #rise(): number {
    return this.state[this.offset + UP]! - this.state[this.offset + LOWEST]!;
  }
  get #fall(): number {
    return this.state[this.offset + HIGHEST]! - this.state[this.offset + DOWN]!;
  }
}
