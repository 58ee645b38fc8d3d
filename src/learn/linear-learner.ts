import { GradientModel, type GradientModelOptions } from './gradient-model.js';

export type LinearLearnerOptions = GradientModelOptions;

/**
 * Linear regression that learns record by record, by the gradient of the squared error, with L2 (see `GradientModel`).
 *
 *     const model = new LinearLearner({ inputs: 20, rate: 0.01, l2: 1e-4 });
 *
 * Predicts in the unit of the target. As river's `LinearRegression`, to the last digits.
 */
export class LinearLearner extends GradientModel {
  readonly task = 'regression';

  /** @throws InvalidOptionError naming the option */
  constructor(options: LinearLearnerOptions) {
    super('linear', options);
  }

  predict(features: ArrayLike<number>): number {
    return this.sum(features);
  }

  protected slope(sum: number, target: number): number {
    return 2 * (sum - target);
  }
}
