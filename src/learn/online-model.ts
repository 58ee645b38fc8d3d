import type { YardstickChange } from './correct-linear.js';
import type { FeatureRows } from './feature-rows.js';

/** What of a model a renormalized series is: the input of that index, or the target. */
export type ModelPart = number | 'target';

/** Anything that says a number of features, and learns from what came true. */
export interface OnlineModel {
  /** The target as it is expected, a probability where it is true or false. The array is only good for the call. */
  predict(features: Float64Array): number | Promise<number>;
  learn(features: Float64Array, target: number): unknown;
  /** Makes the model say of every value what it said before the yardstick of one of its series changed. */
  correct?(part: ModelPart, change: YardstickChange): void;
}

/** A model that takes many records at once. What it answers is in the order of the rows. */
export interface BatchModel {
  predictBatch(rows: FeatureRows): ArrayLike<number> | Promise<ArrayLike<number>>;
  learnBatch(rows: FeatureRows, targets: Float64Array): unknown;
}

/**
 * A model that is `stride` doubles at `offset` in `state`, and nothing else, as a `Statistic` is: zeros are a model that has learnt nothing,
 * a copy is a checkpoint, one instance serves a whole table of series by being aimed at one after the other.
 */
export interface StateModel extends OnlineModel {
  readonly task: 'regression' | 'classification';
  /** Features of a record. */
  readonly inputs: number;
  readonly stride: number;
  readonly state: Float64Array;
  readonly offset: number;
  /** Says what the state means: state of another fingerprint is not read. */
  readonly fingerprint: unknown;
  aim(state: Float64Array, offset: number): unknown;
  predict(features: ArrayLike<number>): number;
  /** @throws ModelError, the state being as it was, when the step would leave the finite numbers */
  learn(features: ArrayLike<number>, target: number): void;
  correct(part: ModelPart, change: YardstickChange): void;
}

export function isStateModel(model: OnlineModel | BatchModel): model is StateModel {
  return 'predict' in model && 'stride' in model && 'aim' in model;
}

export function isBatchModel(model: OnlineModel | BatchModel): model is BatchModel {
  return 'predictBatch' in model && 'learnBatch' in model;
}
