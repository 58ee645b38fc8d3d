import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { positive } from './positive.js';
import { FrozenReference, type Reference } from './reference.js';

// Where things stand in the state, after the reference: sums up and down, values since each left zero.
const UP = FrozenReference.stride;
const DOWN = UP + 1;
const UP_RUN = UP + 2;
const DOWN_RUN = UP + 3;

export interface CusumOptions {
  /** Half the shift that is to be found, in scales. @defaultValue 0.5 */
  slack?: number;
  /** An alarm is a sum beyond this, in scales. @defaultValue 5 */
  threshold?: number;
  /** @defaultValue `{ warmup: 30 }` */
  reference?: Reference;
}

/**
 * Two-sided cumulative sums (Page 1954): S⁺ = max(0, S⁺ + u − slack), S⁻ = max(0, S⁻ − u − slack), u being the standardized value; an
 * alarm when either exceeds the threshold.
 *
 * The quickest there is for a shift of the level by 2·slack. The change is estimated to lie where the sum left zero (Hinkley 1971). The
 * warning zone begins at half the threshold. A sum goes no further than twice the threshold, so that it also comes back.
 *
 * State: 8 doubles. Input in any unit where the reference is learnt. O(1).
 */
export class Cusum extends DetectorView {
  static readonly stride = FrozenReference.stride + 4;
  readonly stride = Cusum.stride;
  readonly slack: number;
  readonly threshold: number;
  readonly reference: FrozenReference;

  /** @throws InvalidOptionError */
  constructor({ slack = 0.5, threshold = 5, reference = { warmup: 30 } }: CusumOptions = {}) {
    super();
    this.slack = positive('slack', slack);
    this.threshold = positive('threshold', threshold);
    this.reference = new FrozenReference(reference);
  }

  get count(): number {
    return this.reference.count(this.state, this.offset);
  }
  get warning(): boolean {
    return this.#larger > this.threshold / 2;
  }
  get delay(): number {
    const { state, offset } = this;
    return state[offset + UP]! >= state[offset + DOWN]! ? state[offset + UP_RUN]! : state[offset + DOWN_RUN]!;
  }
  get size(): number {
    const { state, offset, delay } = this;
    if (delay === 0) return 0;
    const shift = this.slack + this.#larger / delay;
    return state[offset + UP]! >= state[offset + DOWN]! ? shift : -shift;
  }

  protected learn(x: number): EpochEvent {
    const { state, offset, slack, threshold } = this;
    const u = this.reference.standardize(state, offset, x);
    if (Number.isNaN(u)) return 0;
    const up = state[offset + UP]! + u - slack;
    const down = state[offset + DOWN]! - u - slack;
    this.#hold(UP, up);
    this.#hold(DOWN, down);
    return up > threshold ? 1 : down > threshold ? -1 : 0;
  }

  #hold(which: number, sum: number): void {
    const { state, offset, threshold } = this;
    state[offset + which] = sum > 0 ? Math.min(sum, 2 * threshold) : 0;
    if (sum > 0) state[offset + which + 2]! += 1;
    else state[offset + which + 2] = 0;
  }

  get #larger(): number {
    return Math.max(this.state[this.offset + UP]!, this.state[this.offset + DOWN]!);
  }
}
