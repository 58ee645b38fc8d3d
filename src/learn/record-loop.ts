import { MissingValueError } from '../errors.js';
import type { SeriesCounters } from '../series/series-counters.js';
import { isObservation } from '../stats/is-observation.js';
import type { LearningLoop, ModelRenormalization } from './learning-loop.js';
import type { OnlineModel } from './online-model.js';

/** What becomes of a record that lacks a feature: no prediction, 0 in its place, an error. */
export type MissingFeatures = 'skip' | 'impute' | 'error';

/** Stands for features of another number than the model has inputs. */
const OF_ANOTHER_LENGTH = -2;
const NONE = -1;

/**
 * One record after the other through a loop: `features` and `target` are put in, `predict` says what can be said of the record, and
 * `learn` makes the step, the loop being aimed at the series of the record both times.
 *
 * A model that fails is stopped by the loop; nothing that it does is thrown. O(inputs); nothing is allocated where it answers at once.
 */
export class RecordLoop {
  readonly loop: LearningLoop;
  /** What the model is given; NaN stands for what is not there. */
  features: Float64Array;
  /** The same before it was normalized, where features are selected. */
  raw: Float64Array;
  /** NaN where it is not known. */
  target = Number.NaN;
  /** In the unit of the target, or a probability; NaN where there is none. */
  prediction = Number.NaN;
  readonly #model: OnlineModel;
  readonly #missing: MissingFeatures;
  readonly #counters: Pick<SeriesCounters, 'missing'>;
  readonly #targets = new Float64Array(1);
  /** The feature for which the model was not asked, and how many there were. */
  #unfit = NONE;
  #length = 0;

  constructor(
    model: OnlineModel,
    loop: LearningLoop,
    missing: MissingFeatures,
    counters: Pick<SeriesCounters, 'missing'>,
  ) {
    this.#model = model;
    this.loop = loop;
    this.#missing = missing;
    this.#counters = counters;
    this.features = new Float64Array(loop.model?.inputs ?? 0);
    this.raw = new Float64Array(loop.watch?.inputs ?? 0);
  }

  /** Of the prediction; NaN where there is none or its target is not known. */
  get loss(): number {
    return Number.isNaN(this.prediction + this.target) ? Number.NaN : this.loop.lossOf(this.prediction, this.target);
  }

  /** Why there is no prediction; null where there is one. */
  get reason(): string | null {
    const { reason } = this.loop;
    if (reason !== null || this.#unfit === NONE) return reason;
    if (this.#unfit === OF_ANOTHER_LENGTH)
      return `features must be ${this.features.length} numbers, got ${this.#length}`;
    return unfitFeature(this.#unfit, this.features[this.#unfit]!);
  }

  /**
   * Predicts of the features as they stand; a promise where the model takes its time.
   * @param length how many features the record had
   * @throws MissingValueError for a missing feature under `missing: 'error'`
   */
  predict(length = this.features.length): Promise<void> | undefined {
    const { loop } = this;
    this.prediction = Number.NaN;
    this.#unfit = NONE;
    this.#length = length;
    if (loop.isStopped) return undefined;
    this.#unfit = this.#findUnfit();
    if (this.#unfit !== NONE) return undefined;
    try {
      const answer = this.#model.predict(this.features);
      if (answer instanceof Promise) return this.#answered(answer);
      this.prediction = loop.prediction(answer);
    } catch (cause) {
      loop.stop(cause);
    }
    return undefined;
  }

  /**
   * Learns the record: how it went, the target, and what of the features it renormalized.
   * @returns a promise where the model takes its time
   */
  learn(happened?: readonly ModelRenormalization[] | null): Promise<void> | undefined {
    const { loop, target } = this;
    const wasStopped = loop.isStopped;
    const isFrozen = loop.status === 'frozen';
    loop.settle(this.prediction, target, loop.watch && this.raw);
    if (wasStopped) return undefined;
    const step = this.#unfit === NONE && !Number.isNaN(target) ? this.#step(isFrozen) : undefined;
    if (step instanceof Promise) return this.#stepped(step, happened);
    if (happened) this.correct(happened);
    return undefined;
  }

  /** Corrects the model for what was renormalized. */
  correct(happened: readonly ModelRenormalization[]): void {
    try {
      this.loop.correct(happened);
    } catch (cause) {
      this.loop.stop(cause);
    }
  }

  #step(isFrozen: boolean): unknown {
    const { loop, target } = this;
    this.#targets[0] = target;
    try {
      loop.rescale(this.#targets);
      if (isFrozen) return undefined;
      return this.#model.learn(this.features, loop.target ? loop.target.normalize(target) : target);
    } catch (cause) {
      loop.stop(cause);
      return undefined;
    }
  }

  async #answered(answer: Promise<number>): Promise<void> {
    try {
      this.prediction = this.loop.prediction(await answer);
    } catch (cause) {
      this.loop.stop(cause);
    }
  }

  async #stepped(step: Promise<unknown>, happened?: readonly ModelRenormalization[] | null): Promise<void> {
    try {
      await step;
    } catch (cause) {
      this.loop.stop(cause);
    }
    if (happened) this.correct(happened);
  }

  /** The first feature that the model must not see, after what is missing was filled in where that is asked. */
  #findUnfit(): number {
    const { features } = this;
    const { watch } = this.loop;
    if (this.#length !== features.length) {
      this.#counters.missing++;
      return OF_ANOTHER_LENGTH;
    }
    for (let i = 0; i < features.length; i++) {
      if (watch?.isOut(i)) features[i] = 0;
      else if (!isObservation(features[i]!)) {
        if (this.#missing === 'error') throw new MissingValueError(unfitFeature(i, features[i]!));
        this.#counters.missing++;
        if (this.#missing === 'skip') return i;
        features[i] = 0;
      }
    }
    return NONE;
  }
}

function unfitFeature(i: number, value: number): string {
  return `features[${i}] must be a finite number up to 1e150, got ${value}`;
}
