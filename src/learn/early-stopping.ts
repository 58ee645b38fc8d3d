import { createDetector, detectorFingerprint } from '../drift/create-detector.js';
import type { Detector } from '../drift/detector.js';
import type { DetectorName, DetectorOptions } from '../drift/detector-options.js';
import { InvalidOptionError } from '../errors.js';

export interface EarlyStoppingOptions {
  /** Records whose mean loss is compared with that of as many before. @defaultValue 500 */
  patience?: number;
  /** By what share the mean must have fallen, so that the model goes on learning. @defaultValue .01 */
  tolerance?: number;
  /** What watches a frozen model's errors. @defaultValue `'joint'` */
  detector?: DetectorName | DetectorOptions;
}

// Where things stand in the state, before the detector.
/** Sum of the losses of the present block, and records in it. */
const SUM = 0;
const COUNT = 1;
/** Mean of the block before, and how many there were since the model began to learn. */
const PREVIOUS = 2;
const BLOCKS = 3;
const FROZEN = 4;
const HEADER = 5;
/** A frozen model whose loss is so many times what it was has missed a change. */
const MISSED = 2;

/**
 * Early stopping on a stream, which has no end to stop at: a model whose prequential loss has stopped falling is frozen, which spares it the
 * noise of further steps, and thawed when a detector finds that its errors have changed, or when its loss is twice what it was.
 * Losses are compared by means of `patience` records each, for a single record says little.
 *
 * The detector sees signed errors of a regression (a change of their level either way, or a larger scale), losses of a classification (a
 * higher level or a larger scale). State: 5 doubles and the detector's.
 */
export class EarlyStopping {
  readonly stride: number;
  readonly fingerprint: unknown;
  readonly #patience: number;
  readonly #tolerance: number;
  readonly #detector: Detector;
  readonly #signed: boolean;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;

  /**
   * @param signed whether `error` is a signed error, or a loss
   * @throws InvalidOptionError
   */
  constructor({ patience = 500, tolerance = 0.01, detector = 'joint' }: EarlyStoppingOptions, signed: boolean) {
    if (!(Number.isSafeInteger(patience) && patience >= 1))
      throw new InvalidOptionError('earlyStopping.patience', patience, 'an integer >= 1');
    if (!(tolerance >= 0 && tolerance < 1))
      throw new InvalidOptionError('earlyStopping.tolerance', tolerance, 'at least 0 and below 1');
    this.#patience = patience;
    this.#tolerance = tolerance;
    this.#detector = createDetector(detector);
    this.#signed = signed;
    this.stride = HEADER + this.#detector.stride;
    this.fingerprint = detectorFingerprint(detector);
  }

  get frozen(): boolean {
    return this.#state[this.#offset + FROZEN] === 1;
  }

  aim(state: Float64Array, offset: number): void {
    this.#state = state;
    this.#offset = offset;
    this.#detector.aim(state, offset + HEADER);
  }

  /**
   * Hears how a record went.
   * @param decayed the decayed prequential loss with it
   * @param error signed error, or loss
   * @returns what becomes of the model; undefined: nothing new
   */
  update(loss: number, decayed: number, error: number): 'frozen' | 'thawed' | undefined {
    return this.frozen ? this.#watch(decayed, error) : this.#compare(loss, decayed);
  }

  #compare(loss: number, decayed: number): 'frozen' | undefined {
    const state = this.#state;
    const at = this.#offset;
    state[at + SUM]! += loss;
    state[at + COUNT]! += 1;
    if (state[at + COUNT]! < this.#patience) return undefined;
    const mean = state[at + SUM]! / this.#patience;
    const isFalling = state[at + BLOCKS] === 0 || mean < state[at + PREVIOUS]! * (1 - this.#tolerance);
    state[at + SUM] = state[at + COUNT] = 0;
    state[at + PREVIOUS] = mean;
    state[at + BLOCKS]! += 1;
    if (isFalling) return undefined;
    state[at + FROZEN] = 1;
    // A decayed mean may remember worse than the last block.
    state[at + PREVIOUS] = Math.max(mean, decayed);
    this.#detector.reset();
    return 'frozen';
  }

  #watch(decayed: number, error: number): 'thawed' | undefined {
    const state = this.#state;
    const at = this.#offset;
    const event = this.#detector.update(error);
    const isWorse = event > 0 || (this.#signed && event === -1) || decayed > MISSED * state[at + PREVIOUS]!;
    if (isWorse) {
      // What comes is compared with what comes after the change.
      state[at + FROZEN] = state[at + BLOCKS] = 0;
      return 'thawed';
    }
    // Errors that have become smaller are what is usual from now on.
    if (event !== 0) this.#detector.reset();
    return undefined;
  }
}
