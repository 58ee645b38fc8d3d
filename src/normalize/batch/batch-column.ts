import type { BatchCoefficients } from '../../batch/batch-scaling.js';
import { newGroupMoments } from '../../batch/group-moments.js';
import { newBatchCoefficients, ownCoefficients } from '../../batch/own-coefficients.js';
import type { StateColumn } from '../../series/state-column.js';
import { isObservation } from '../../stats/is-observation.js';
import { Moments } from '../../stats/moments.js';
import { BatchNormalizer } from './batch-normalizer.js';
import type { BatchRuns } from './batch-runs.js';
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
  /** Computed ahead; a series whose records are others than those of a run there is computed here. */
  readonly taken?: BatchRuns | undefined;
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
  #scoreRun({ normalized, center, scale, count, taken }: BatchColumnRun, start: number, end: number): void {
    const { running, gamma, beta } = this.#normalizer;
    const before = running.count(0);
    const known = taken === undefined ? -1 : this.#knownRun(taken, start, end);
    const { shift, scale: factor, offset } = this.#coefficients(start, end, taken, known);
    // Scores that were made ahead are by the batch's own moments; what else the semantics do is a factor to them. NaN: they are of no use.
    const ratio = known < 0 ? Number.NaN : this.#ratio(shift[0]!, factor[0]!);
    const scores = Number.isNaN(ratio) ? undefined : taken!.scores;
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
      if (isObservation(x)) {
        const scaled = scores === undefined ? (x - pivot - shift[0]!) * factor[0]! : scores[row]! * ratio;
        normalized[row] = (scaled + offset[0]!) * g + b;
      } else {
        normalized[row] = this.#impute && isKnown ? b : Number.NaN;
        this.missing++;
      }
      if (center) center[row] = own;
      if (scale) scale[row] = unit;
      if (count) count[row] = before;
    }
  }

  /** Learns the run, and says what it is normalized by. @param known the same run of `taken`; −1: its moments are taken here */
  #coefficients(start: number, end: number, taken: BatchRuns | undefined, known: number): BatchCoefficients {
    if (taken !== undefined && known >= 0) {
      this.#group.count[0] = taken.count[known]!;
      this.#group.shift[0] = taken.shift[known]!;
      this.#group.m2[0] = taken.m2[known]!;
      this.#pivots[0] = taken.pivot[known]!;
    } else this.#takeMoments(start, end);
    const { scaling, learn } = this.#normalizer.train(this.#pivots);
    const coefficients =
      scaling.kind === 'resolved'
        ? scaling.resolve(this.#group)
        : ownCoefficients(this.#group, this.#normalizer.rules.epsilon, this.#own);
    learn(this.#group);
    return coefficients;
  }

  #takeMoments(start: number, end: number): void {
    const moments = this.#moments;
    moments.reset();
    moments.updateMany(this.#xs, start, end);
    const { state } = moments;
    this.#group.count[0] = state[0]!;
    this.#group.shift[0] = state[2]!;
    this.#group.m2[0] = state[3]! + state[4]!;
    this.#pivots[0] = state[1]!;
  }

  /** The run of these very records; −1 where there is none: a series was forgotten between them, or one of them was refused. */
  #knownRun({ runOf, size, isKnown }: BatchRuns, start: number, end: number): number {
    const run = runOf[this.#rows[start]!]!;
    if (run < 0 || isKnown[run] === 0 || size[run] !== end - start) return -1;
    for (let i = start + 1; i < end; i++) if (runOf[this.#rows[i]!] !== run) return -1;
    return run;
  }

  /** By what scores of the batch's own moments are to be multiplied; NaN where they do not do. */
  #ratio(shift: number, factor: number): number {
    const { count, shift: own, m2 } = this.#group;
    const variance = m2[0]! / count[0]! + this.#normalizer.rules.epsilon;
    // A lone value is scored by what was known before, which is not about its own mean.
    return shift === own[0] && variance > 0 ? factor / (1 / Math.sqrt(variance)) : Number.NaN;
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
