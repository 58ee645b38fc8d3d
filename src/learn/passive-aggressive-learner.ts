import { InvalidOptionError } from '../errors.js';
import { LinearModel, WEIGHTS } from './linear-model.js';
import { sigmoid } from './sigmoid.js';

export interface PassiveAggressiveLearnerOptions {
  /** Features of a record. */
  inputs: number;
  /** A number, or true and false as 1 and 0. @defaultValue `'regression'` */
  task?: 'regression' | 'classification';
  /** How a step is bounded: not at all, by C, or softly by C. @defaultValue `'PA-I'` */
  variant?: 'PA' | 'PA-I' | 'PA-II';
  /** C: how far one record may move the model. @defaultValue 1 */
  aggressiveness?: number;
  /** Regression: an error so small teaches nothing, in the unit of the target. @defaultValue .1 */
  epsilon?: number;
  /** The share of itself that each weight loses at a step. @defaultValue 0 */
  l2?: number;
  /** Whether the bias is learnt. @defaultValue true */
  learnBias?: boolean;
}

/**
 * Passive-aggressive learning (Crammer et al. 2006): leaves the model alone where it was right, else moves it just so far that it would have
 * been.
 *
 * Predicts in the unit of the target, or the probability of 1, which is not calibrated. Without L2 as river's
 * `PAClassifier`; its `PARegressor` (0.26.1) takes every target for 0 or 1 in its loss, this one does not. State: 2 doubles and the weights. O(inputs), nothing allocated.
 */
export class PassiveAggressiveLearner extends LinearModel {
  readonly task: 'regression' | 'classification';
  readonly fingerprint: unknown;
  readonly #variant: 'PA' | 'PA-I' | 'PA-II';
  readonly #c: number;
  readonly #epsilon: number;
  readonly #kept: number;
  readonly #learnBias: boolean;

  /** @throws InvalidOptionError naming the option */
  constructor(options: PassiveAggressiveLearnerOptions) {
    const { inputs, task = 'regression', variant = 'PA-I', aggressiveness = 1, l2 = 0, learnBias = true } = options;
    super(inputs, 0);
    const { epsilon = 0.1 } = options;
    if (task !== 'regression' && task !== 'classification')
      throw new InvalidOptionError('task', task, '"regression" or "classification"');
    if (!['PA', 'PA-I', 'PA-II'].includes(variant))
      throw new InvalidOptionError('variant', variant, 'one of "PA", "PA-I", "PA-II"');
    if (!(aggressiveness > 0)) throw new InvalidOptionError('aggressiveness', aggressiveness, 'greater than 0');
    if (!(epsilon >= 0)) throw new InvalidOptionError('epsilon', epsilon, 'at least 0');
    if (task === 'classification' && options.epsilon !== undefined)
      throw new InvalidOptionError('epsilon', epsilon, 'absent: only regression has it');
    if (!(l2 >= 0 && l2 < 1)) throw new InvalidOptionError('l2', l2, 'at least 0 and below 1');
    this.task = task;
    this.fingerprint = ['passive-aggressive', inputs, task];
    this.#variant = variant;
    this.#c = aggressiveness;
    this.#epsilon = epsilon;
    this.#kept = 1 - l2;
    this.#learnBias = learnBias;
  }

  predict(features: ArrayLike<number>): number {
    const sum = this.sum(features);
    return this.task === 'classification' ? sigmoid(sum) : sum;
  }

  learn(features: ArrayLike<number>, target: number): void {
    const { state, next, inputs, bias } = this;
    const sum = this.sum(features);
    const sign = this.task === 'classification' ? (target > 0.5 ? 1 : -1) : Math.sign(target - sum);
    const loss =
      this.task === 'classification'
        ? Math.max(1 - sign * sum, 0)
        : Math.max(Math.abs(target - sum) - this.#epsilon, 0);
    let norm = 0;
    for (let i = 0; i < inputs; i++) norm += features[i]! * features[i]!;
    const step = sign * this.#length(loss, norm);
    const first = this.offset + WEIGHTS;
    let check = 0;
    for (let i = 0; i < inputs; i++) {
      const moved = this.#kept * state[first + i]! + step * features[i]!;
      next[i] = moved;
      check += moved;
    }
    this.commit(this.#learnBias ? bias + step : bias, check);
  }

  /** How far to go, in lengths of the features. */
  #length(loss: number, norm: number): number {
    if (this.#variant === 'PA-II') return loss / (norm + 0.5 / this.#c);
    if (norm === 0) return 0;
    return this.#variant === 'PA' ? loss / norm : Math.min(this.#c, loss / norm);
  }
}
