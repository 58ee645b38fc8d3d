import { TimeWindow, type TimeWindowOptions } from './time-window.js';

/**
 * A window in event time over an aggregate that can be added to and joined, but never subtracted from.
 *
 * Two stacks: each of the older entries, `front` many, holds the aggregate of itself and the front entries after it; the newer ones
 * are in one running aggregate, the back. What leaves, leaves the front; when that is empty, the back becomes the front. So nothing
 * is ever taken out of an aggregate, and a spike is gone without trace once it has left. O(1) amortized for values in order; a late
 * value that falls into the front costs the front's length, O(its distance from the newest) amortized where all values are equally late.
 *
 * The subclass's own doubles begin after the one of `front`.
 */
export abstract class TwoStackWindow extends TimeWindow {
  protected override readonly own: number;

  constructor(
    options: TimeWindowOptions,
    ownLength: number,
    extraWidth: number,
    state: Float64Array | undefined,
    offset: number,
  ) {
    super(options, 1 + ownLength, extraWidth, state, offset);
    this.own = TwoStackWindow.header + 1;
  }

  /** How many of the oldest entries are the front. */
  protected get front(): number {
    return this.state[this.offset + TwoStackWindow.header]!;
  }

  /** Makes the entry at `at` the aggregate of its value and of the entry after it, which stands for `count − 1` observations. */
  protected abstract fold(at: number, count: number): void;

  /** Adds x to the running aggregate, which stands for `count` observations then. */
  protected abstract addToBack(x: number, count: number): void;

  protected override inserted(index: number): void {
    const { front } = this;
    if (index < front) {
      this.state[this.offset + TwoStackWindow.header] = front + 1;
      this.#foldDown(index, front + 1, 0);
    } else {
      this.addToBack(this.state[this.entry(index) + 1]!, this.count - front);
    }
  }

  protected override evicting(evicted: number): void {
    const { front, count } = this;
    const flips = evicted >= front;
    if (flips) this.#foldDown(count - 1, count, evicted);
    this.state[this.offset + TwoStackWindow.header] = flips ? count - evicted : front - evicted;
  }

  /** Folds the entries from `index` down to `last`, those up to `end` being one stack. */
  #foldDown(index: number, end: number, last: number): void {
    const { width } = this;
    let at = this.entry(index);
    for (let i = index; i >= last; i--, at -= width) this.fold(at, end - i);
  }
}
