import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';
import { positive } from './positive.js';
import { FrozenReference, type Reference } from './reference.js';

const LAST = FrozenReference.stride;
/** Share of the limit at which the warning zone begins: two sigma of three. */
const WARNING = 2 / 3;

export interface ShewhartOptions {
  /** An alarm is a value further from the center than this, in scales. @defaultValue 3 */
  limit?: number;
  /** @defaultValue `{ warmup: 30 }` */
  reference?: Reference;
}

/**
 * Shewhart's chart of single values (1931): an alarm when |x − center| > limit · scale.
 *
 * Sees a large shift at once and a small one hardly ever; a single outlier is an alarm too. State: 5 doubles. O(1).
 */
export class Shewhart extends DetectorView {
  static readonly stride = FrozenReference.stride + 1;
  readonly stride = Shewhart.stride;
  readonly limit: number;
  readonly reference: FrozenReference;

  /** @throws InvalidOptionError */
  constructor({ limit = 3, reference = { warmup: 30 } }: ShewhartOptions = {}) {
    super();
    this.limit = positive('limit', limit);
    this.reference = new FrozenReference(reference);
  }

  get count(): number {
    return this.reference.count(this.state, this.offset);
  }
  get warning(): boolean {
    return Math.abs(this.state[this.offset + LAST]!) > WARNING * this.limit;
  }
  get delay(): number {
    return this.warning ? 1 : 0;
  }
  get size(): number {
    return this.warning ? this.state[this.offset + LAST]! : 0;
  }

  protected learn(x: number): EpochEvent {
    const { state, offset, limit } = this;
    const u = this.reference.standardize(state, offset, x);
    if (Number.isNaN(u)) return 0;
    state[offset + LAST] = u;
    return u > limit ? 1 : u < -limit ? -1 : 0;
  }
}
