import { GradientModel, type GradientModelOptions } from './gradient-model.js';
import { sigmoid } from './sigmoid.js';

export type LogisticLearnerOptions = GradientModelOptions;

/**
 * Logistic regression that learns record by record, by the gradient of the log loss, with L2 (see `GradientModel`).
 *
 *     const model = new LogisticLearner({ inputs: 8, rate: 0.1 });
 *
 * Predicts the probability that the target is 1. As river's `LogisticRegression`, to the last digits.
 */
export class LogisticLearner extends GradientModel {
  readonly task = 'classification';

  /** @throws InvalidOptionError naming the option */
  constructor(options: LogisticLearnerOptions) {
    super('logistic', options);
  }

  predict(features: ArrayLike<number>): number {
    return sigmoid(this.sum(features));
  }

  protected slope(sum: number, target: number): number {
    return sigmoid(sum) - target;
  }
}
