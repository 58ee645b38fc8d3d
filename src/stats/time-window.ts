import { InvalidOptionError } from '../errors.js';
import { isObservation } from './is-observation.js';
import { StateView } from './state-view.js';
import type { LatenessAware } from './statistic.js';

export interface TimeWindowOptions {
  /** Length of the window, in ms. */
  duration: number;
  /** How much older than the newest a value may be and still be learnt, in ms. @defaultValue `duration` */
  allowedLateness?: number;
}

/** Where in the state the header of every time window has what. */
const COUNT = 0;
const HEAD = 1;
const STARTED = 2;
const NEWEST = 3;

/** Entries that a new state has room for. */
const INITIAL_CAPACITY = 4;

/**
 * What all windows in event time share: the observations of (newest − duration, newest], in ascending order of time.
 *
 * State: `[count, head, started, newest, …own, entries…, apart…]`, `own` being doubles of the subclass. Entry i of the `count` held ones
 * is the `width` doubles at `entry(i)`: time, value, then what the subclass keeps with it; what it keeps for each entry in an order
 * of its own is behind all of them. When the end of their place is reached, the entries move to its front if they fill at most three
 * quarters of it, or else the state grows by half: O(1) amortized, and never above twice the longest window held (or the few doubles of a
 * new one).
 *
 * A value in order costs O(1) amortized; a late one is put in its place, after those of the same time, which costs its distance from
 * the newest, and whatever the subclass adds. A value without a finite time is not learnt, nor one that is too late.
 */
export abstract class TimeWindow extends StateView implements LatenessAware {
  /** Doubles of the header that all time windows have. */
  protected static readonly header = 4;
  readonly stride: number;
  override readonly growable = true;
  readonly duration: number;
  readonly allowedLateness: number;
  /** Doubles of one entry. */
  protected readonly width: number;
  /** Where the subclass's own doubles are, counted from `offset`. */
  protected readonly own: number = TimeWindow.header;
  /** Where the entries begin, counted from `offset`. */
  readonly #entries: number;
  /** Doubles that the subclass keeps for each entry behind all of them. */
  readonly #apart: number;

  /**
   * @param ownLength doubles of the subclass's own
   * @param extraWidth doubles that the subclass keeps with each entry
   * @param apartWidth doubles that it keeps for each entry behind all of them
   * @throws InvalidOptionError when a duration is not what it must be
   */
  constructor(
    { duration, allowedLateness = duration }: TimeWindowOptions,
    ownLength: number,
    extraWidth: number,
    state: Float64Array | undefined,
    offset: number,
    apartWidth = 0,
  ) {
    if (!(duration > 0 && duration < Number.POSITIVE_INFINITY)) {
      throw new InvalidOptionError('duration', duration, 'a finite number of ms greater than 0');
    }
    if (!(allowedLateness >= 0))
      throw new InvalidOptionError('allowedLateness', allowedLateness, 'a number of ms >= 0');
    const entries = TimeWindow.header + ownLength;
    const stride = entries + INITIAL_CAPACITY * (2 + extraWidth + apartWidth);
    super(state ?? new Float64Array(stride), offset);
    this.stride = stride;
    this.duration = duration;
    this.allowedLateness = allowedLateness;
    this.width = 2 + extraWidth;
    this.#entries = entries;
    this.#apart = apartWidth;
  }

  /** Observations in the window. */
  get count(): number {
    return this.state[this.offset + COUNT]!;
  }

  /** The largest event time seen, in ms; NaN before the first. */
  get newest(): number {
    const { state, offset } = this;
    return state[offset + STARTED] === 1 ? state[offset + NEWEST]! : Number.NaN;
  }

  /** Whether a value of this time would not be learnt: beyond the allowed lateness, or already out of the window. */
  isTooLate(time: number): boolean {
    const age = this.newest - time;
    return age > this.allowedLateness || age >= this.duration;
  }

  override advance(time: number): void {
    const { state, offset } = this;
    if (!Number.isFinite(time)) return;
    if (state[offset + STARTED] === 1 && !(time > state[offset + NEWEST]!)) return;
    this.#turn(time);
    this.changed();
  }

  update(x: number, time = Number.NaN): void {
    if (!(isObservation(x) && Number.isFinite(time)) || this.isTooLate(time)) return;
    if (!(time <= this.newest)) this.#turn(time);
    this.#makeRoom();
    const { state, offset, width } = this;
    const count = state[offset + COUNT]!;
    const first = this.entry(0);
    const end = first + count * width;
    let at = end;
    while (at > first && state[at - width]! > time) at -= width;
    if (at < end) state.copyWithin(at + width, at, end);
    state[at] = time;
    state[at + 1] = x;
    state[offset + COUNT] = count + 1;
    this.inserted((at - first) / width);
    this.changed();
  }

  /** Where in `state` the i-th oldest entry is. */
  protected entry(index: number): number {
    return this.offset + this.#entries + (this.state[this.offset + HEAD]! + index) * this.width;
  }

  /** Where in `state` that begins which the subclass keeps behind all entries. */
  protected get apart(): number {
    return this.offset + this.#entries + this.#capacity * this.width;
  }

  /** Entries that there is room for. */
  get #capacity(): number {
    return Math.floor((this.state.length - this.offset - this.#entries) / (this.width + this.#apart));
  }

  /** The entry `index` has been put in; those after it have moved one up, with what the subclass keeps with them. */
  protected abstract inserted(index: number): void;

  /** The `evicted` oldest entries are about to leave: they are still there, as `entry(0)` to `entry(evicted − 1)`. */
  protected abstract evicting(evicted: number): void;

  /** Inserting or evicting is done: answers may be prepared. */
  protected abstract changed(): void;

  /** Sets the clock and evicts what is too old by then. */
  #turn(time: number): void {
    const { state, offset, width } = this;
    state[offset + STARTED] = 1;
    state[offset + NEWEST] = time;
    const limit = time - this.duration;
    const count = state[offset + COUNT]!;
    const first = this.entry(0);
    let evicted = 0;
    while (evicted < count && state[first + evicted * width]! <= limit) evicted++;
    if (evicted === 0) return;
    this.evicting(evicted);
    state[offset + COUNT] = count - evicted;
    state[offset + HEAD] = evicted === count ? 0 : state[offset + HEAD]! + evicted;
  }

  #makeRoom(): void {
    const { state, offset, width } = this;
    const capacity = this.#capacity;
    const count = state[offset + COUNT]!;
    if (state[offset + HEAD]! + count < capacity) return;
    const first = this.entry(0);
    state.copyWithin(offset + this.#entries, first, first + count * width);
    state[offset + HEAD] = 0;
    if (count <= 0.75 * capacity) return;
    const { apart } = this;
    this.grow(this.#entries + Math.ceil(1.5 * (capacity + 1)) * (width + this.#apart));
    if (this.#apart > 0) this.state.copyWithin(this.apart, apart, apart + count * this.#apart);
  }
}
