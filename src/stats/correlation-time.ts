// Where things stand in the state.
const CLOCK = 0;
const SHORT = 1;
const LONG = 4;
const VALUE = 7;
// Of a length: sum of the open block, mean of the last, estimate.
const MEAN = 1;
const ESTIMATE = 2;

const SHORT_BLOCK = 8;
/** A young estimate is drawn to 0.7 as if three blocks had said so. */
const PRIOR_BLOCKS = 3;
const PRIOR_SUM = 2.1;
/** The clock is wound back before it leaves the 32-bit integers. */
const WIND_BACK = 1e9;
/** Block changes a restart leaves the estimate to rest on. */
const KEPT_BLOCKS = 8;

/**
 * How many successive values of a standardized series say as much as one independent value: its integrated correlation time, at least 1.
 *
 * The Allan variance (1966) of block means, Σ(difference of neighbouring means)²/2, times the block length, is 1 for independent values
 * of variance 1 and the correlation time for others, as soon as blocks are longer than the correlation; being made of differences it
 * does not mind slow changes of level. The larger of the answers of two lengths, 8 and `block`, counts. A difference from a shift of the
 * level is held to four times what was usual.
 *
 * State: 8 doubles at `at`, zeros at first: `[clock, then for each length: sum of the open block, mean of the last, estimate; the answer,
 * which changes at the end of a block alone]`. O(1).
 */
export class CorrelationTime {
  static readonly stride = 8;
  readonly #block: number;
  readonly #shortMemory: number;
  readonly #longMemory: number;

  /** @param block the longer length in values, a multiple of 8 @param memory values that the estimate rests on at most */
  constructor(block: number, memory: number) {
    this.#block = block;
    this.#shortMemory = memory / SHORT_BLOCK;
    this.#longMemory = memory / block;
  }

  value(state: Float64Array, at: number): number {
    const value = state[at + VALUE]!;
    return value === 0 ? 1 : value;
  }

  learn(state: Float64Array, at: number, v: number): void {
    // An integer up to 1e9, so that the remainders are an integer's.
    const clock = (state[at + CLOCK]! + 1) | 0;
    state[at + CLOCK] = clock;
    state[at + SHORT]! += v;
    state[at + LONG]! += v;
    if ((clock & (SHORT_BLOCK - 1)) === 0) this.#endBlocks(state, at, clock);
  }

  /**
   * Goes on in new units: what was v is now `factor·v + shift`, where `shift` moves only the last `moved` values. Those before came from
   * another level, and moving them would make a jump of the gap between the two.
   */
  rescale(state: Float64Array, at: number, factor: number, shift: number, moved: number): void {
    const clock = state[at + CLOCK]! | 0;
    const short = clock % SHORT_BLOCK;
    const long = clock % this.#block;
    state[at + SHORT] = state[at + SHORT]! * factor + Math.min(moved, short) * shift;
    state[at + SHORT + MEAN]! *= factor;
    state[at + LONG] = state[at + LONG]! * factor + Math.min(moved, long) * shift;
    state[at + LONG + MEAN]! *= factor;
    if (clock <= KEPT_BLOCKS * this.#block) return;
    state[at + CLOCK] = KEPT_BLOCKS * this.#block + long;
    this.#answer(state, at);
  }

  #endBlocks(state: Float64Array, at: number, clock: number): void {
    endBlock(state, at + SHORT, SHORT_BLOCK, clock / SHORT_BLOCK - 1, this.#shortMemory);
    if (clock % this.#block === 0) {
      endBlock(state, at + LONG, this.#block, clock / this.#block - 1, this.#longMemory);
      if (clock >= WIND_BACK) state[at + CLOCK] = 1024 * this.#block;
    }
    this.#answer(state, at);
  }

  /** The larger of what the two lengths say, as far as they can say anything. */
  #answer(state: Float64Array, at: number): void {
    const clock = state[at + CLOCK]!;
    const short = Math.floor(clock / SHORT_BLOCK) - 1;
    const long = Math.floor(clock / this.#block) - 1;
    const shortly = short > 0 ? drawn(state[at + SHORT + ESTIMATE]!, short) : 1;
    const longly = long > 0 ? drawn(state[at + LONG + ESTIMATE]!, long) : 1;
    state[at + VALUE] = Math.max(longly, shortly, 1);
  }
}

/** What an estimate from so many differences says beside the prior. */
function drawn(estimate: number, count: number): number {
  return (estimate * count + PRIOR_SUM) / (count + PRIOR_BLOCKS);
}

/** @param count differences of block means seen, this one included; 0: this is the first block */
function endBlock(state: Float64Array, at: number, length: number, count: number, memory: number): void {
  const mean = state[at]! / length;
  state[at] = 0;
  if (count > 0) {
    const difference = mean - state[at + MEAN]!;
    const usual = state[at + ESTIMATE]!;
    let square = length * difference * difference * 0.5;
    if (square > 2 * length) square = 2 * length;
    if (count > 3 && square > 4 * usual + 0.3) square = 4 * usual + 0.3;
    state[at + ESTIMATE] = usual + (square - usual) / (count < memory ? count : memory);
  }
  state[at + MEAN] = mean;
}
