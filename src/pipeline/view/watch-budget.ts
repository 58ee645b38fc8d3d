/** Observations a second: about half a microsecond each, so that they cost at most 1 % of the time. */
const RATE = 20_000;
/** Observations that may come at once. */
const MOST = 4_000;
/** Of these, so many are left for what someone looks at. */
const RESERVED = 2_000;

/** How many observations may be recorded: so many a second, whatever comes. */
export class WatchBudget {
  readonly #clock: () => number;
  #left = MOST;
  /** ms, of when it was opened last. */
  now: number;

  /** @param clock in ms; it must not jump */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.now = clock();
  }

  /** ms by the clock, which `now` is behind of as long as nothing comes. */
  time(): number {
    return this.#clock();
  }

  /** Looks at the clock; answers how many observations may be chosen. */
  open(): number {
    const now = this.#clock();
    this.#left = Math.min(MOST, this.#left + ((now - this.now) * RATE) / 1000);
    this.now = now;
    return Math.max(0, Math.floor(this.#left - RESERVED));
  }

  /** Takes `count` observations; false when there are not enough left for those that are chosen, or for those that are looked at. */
  take(count: number, isChosen: boolean): boolean {
    if (this.#left < count + (isChosen ? RESERVED : 0)) return false;
    this.#left -= count;
    return true;
  }
}
