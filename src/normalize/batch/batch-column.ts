import type { BatchCoefficients } from '../../batch/batch-scaling.js';
import { newGroupMoments } from '../../batch/group-moments.js';
import { newBatchCoefficients, ownCoefficients } from '../../batch/own-coefficients.js';
import type { StateColumn } from '../../series/state-column.js';
import { isObservation } from '../../stats/is-observation.js';
import { Moments } from '../../stats/moments.js';
import { BatchNormalizer } from './batch-normalizer.js';
import type { BatchNormRules } from './resolve-batch-norm.js';
import { RunningChannels } from './running-channels.js';

/** One column of a micro-batch across keys, and where its scores go. */
export interface BatchColumnRun {
  /** Records of the micro-batch. */
  readonly length: number;
  readonly values: Float64Array;
  /** By record: the series in the table; −1 leaves a record out. */
  readonly slots: Int32Array;
  /** The scores; NaN stands for null. */
  readonly normalized: Float64Array;
  /** What the scores were made of, `normalized = (x − center) / scale`, where asked for; NaN where nothing is known. */
  readonly center?: Float64Array;
  readonly scale?: Float64Array;
  /** Observations (pooled) or batches that the series had learnt before. */
  readonly count?: Float64Array;
}

/**
 * Method `batch` of one field: in a micro-batch across keys, the values of each series are a batch of their own, normalized and learnt as
 * `batchNormalize` does with keyed micro-batches. O(records), and nothing allocated that grows with them once the buffers have.
 */
export class BatchColumn {
  /** Doubles of state a series takes. */
  readonly stride = RunningChannels.stride;
  readonly #normalizer: BatchNormalizer;
  readonly #impute: boolean;
  readonly #moments = new Moments();
  readonly #group = newGroupMoments(1);
  readonly #pivots = new Float64Array(1);
  readonly #own: BatchCoefficients = newBatchCoefficients(1);
  /** By slot: 1 + its run in the present micro-batch; 0 where it has none. */
  #runOf = new Int32Array(0);
  #runSlot = new Int32Array(0);
  #runEnd = new Int32Array(0);
  /** Records by run, in order within each, and their values. */
  #rows = new Int32Array(0);
  #xs = new Float64Array(0);
  /** Values so far that were no observations. */
  missing = 0;

  /** @param missing whether what is missing scores NaN or β */
  constructor(rules: BatchNormRules, { missing = 'skip' }: { missing?: 'skip' | 'impute' } = {}) {
    this.#normalizer = new BatchNormalizer(rules, 1);
    this.#impute = missing === 'impute';
  }

  /** Says what shape of state a series has. */
  get fingerprint(): string {
    return this.#normalizer.rules.fingerprint;
  }

  /** Scores and learns one column of a micro-batch. `column` is that of the field, of this stride and fingerprint. */
  score(column: StateColumn, run: BatchColumnRun): void {
    const runs = this.#sortByRun(run);
    let start = 0;
    for (let r = 0; r < runs; r++) {
      const end = this.#runEnd[r]!;
      column.aim(this.#normalizer.running, this.#runSlot[r]!);
      this.#scoreRun(run, start, end);
      start = end;
      this.#runOf[this.#runSlot[r]!] = 0;
    }
  }

  /** Scores records `#rows[start..end)`, all of the series aimed at. */
  #scoreRun({ normalized, center, scale, count }: BatchColumnRun, start: number, end: number): void {
    const { running, gamma, beta } = this.#normalizer;
    const before = running.count(0);
    const { shift, scale: factor, offset } = this.#coefficients(start, end);
    const g = gamma === undefined ? 1 : gamma[0]!;
    const b = beta === undefined ? 0 : beta[0]!;
    const pivot = this.#pivots[0]!;
    const isKnown = !Number.isNaN(factor[0]!);
    // The same as one center and one scale.
    const unit = isKnown ? (factor[0] === 0 ? 0 : 1 / (factor[0]! * g)) : Number.NaN;
    const own = isKnown ? pivot + shift[0]! - unit * (offset[0]! * g + b) : Number.NaN;
    for (let i = start; i < end; i++) {
      const row = this.#rows[i]!;
      const x = this.#xs[i]!;
      if (isObservation(x)) normalized[row] = ((x - pivot - shift[0]!) * factor[0]! + offset[0]!) * g + b;
      else normalized[row] = this.#impute && isKnown ? b : Number.NaN;
      if (!isObservation(x)) this.missing++;
      if (center) center[row] = own;
      if (scale) scale[row] = unit;
      if (count) count[row] = before;
    }
  }

  /** Learns the run, and says what it is normalized by. */
  #coefficients(start: number, end: number): BatchCoefficients {
    const moments = this.#moments;
    moments.reset();
    moments.updateMany(this.#xs, start, end);
    const { state } = moments;
    this.#group.count[0] = state[0]!;
    this.#group.shift[0] = state[2]!;
    this.#group.m2[0] = state[3]! + state[4]!;
    this.#pivots[0] = state[1]!;
    const { scaling, learn } = this.#normalizer.train(this.#pivots);
    const coefficients =
      scaling.kind === 'resolved'
        ? scaling.resolve(this.#group)
        : ownCoefficients(this.#group, this.#normalizer.rules.epsilon, this.#own);
    learn(this.#group);
    return coefficients;
  }

  /** Sorts the records by series, in the order in which the series first come, and each series' records as they came. */
  #sortByRun({ length, values, slots }: BatchColumnRun): number {
    this.#reserve(length, slots);
    let runs = 0;
    for (let i = 0; i < length; i++) {
      const slot = slots[i]!;
      if (slot < 0) continue;
      if (this.#runOf[slot] === 0) {
        this.#runSlot[runs] = slot;
        this.#runEnd[runs] = 0;
        this.#runOf[slot] = ++runs;
      }
      this.#runEnd[this.#runOf[slot]! - 1]!++;
    }
    let total = 0;
    for (let r = 0; r < runs; r++) {
      const size = this.#runEnd[r]!;
      this.#runEnd[r] = total; // where its next record goes
      total += size;
    }
    for (let i = 0; i < length; i++) {
      const slot = slots[i]!;
      if (slot < 0) continue;
      const at = this.#runEnd[this.#runOf[slot]! - 1]!++;
      this.#rows[at] = i;
      this.#xs[at] = values[i]!;
    }
    return runs;
  }

  #reserve(length: number, slots: Int32Array): void {
    if (this.#rows.length < length) {
      this.#rows = new Int32Array(length);
      this.#xs = new Float64Array(length);
      this.#runSlot = new Int32Array(length);
      this.#runEnd = new Int32Array(length);
    }
    let largest = -1;
    for (let i = 0; i < length; i++) if (slots[i]! > largest) largest = slots[i]!;
    if (largest >= this.#runOf.length) {
      const longer = new Int32Array(Math.max(64, 2 * (largest + 1)));
      longer.set(this.#runOf);
      this.#runOf = longer;
    }
  }
}
