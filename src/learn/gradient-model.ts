import { InvalidOptionError } from '../errors.js';
import { type LearningRate, learningRate } from './learning-rate.js';
import { LinearModel, WEIGHTS } from './linear-model.js';

export interface GradientModelOptions {
  /** Features of a record. */
  inputs: number;
  /** What a gradient becomes: a step by the rate; by the rate over the root of the squares so far; or of decayed first and second moments. @defaultValue `'sgd'` */
  optimizer?: 'sgd' | 'adagrad' | 'adam';
  /** @defaultValue .01 for sgd, .1 for adagrad and adam */
  rate?: LearningRate;
  /** The rate of the bias, which always takes plain steps. @defaultValue .01 */
  biasRate?: LearningRate;
  /** How strongly weights, not the bias, are drawn to 0: half of this times Σw² is part of the loss. @defaultValue 0 */
  l2?: number;
  /** Bound of |dloss / dprediction|. @defaultValue 1e12 */
  clipGradient?: number;
}

const OPTIMIZERS = ['sgd', 'adagrad', 'adam'] as const;
const EPSILON = 1e-8;
const BETA_1 = 0.9;
const BETA_2 = 0.999;

/**
 * A linear model that follows the gradient of its loss, one record a step.
 *
 * Steps: SGD; AdaGrad (Duchi, Hazan & Singer 2011); Adam (Kingma & Ba 2014), bias-corrected. Their arithmetic is that of river's `GLM`.
 * Features that are no numbers must not reach it. State: 2 doubles, the weights, and for AdaGrad one, for Adam two doubles a weight more.
 * O(inputs), nothing allocated.
 */
export abstract class GradientModel extends LinearModel {
  readonly fingerprint: unknown;
  readonly optimizer: 'sgd' | 'adagrad' | 'adam';
  readonly l2: number;
  readonly #clip: number;
  readonly #rate: (t: number) => number;
  readonly #biasRate: (t: number) => number;

  /** @throws InvalidOptionError naming the option */
  constructor(kind: string, options: GradientModelOptions) {
    const { inputs, optimizer = 'sgd', l2 = 0, clipGradient = 1e12, biasRate = 0.01 } = options;
    const { rate = optimizer === 'sgd' ? 0.01 : 0.1 } = options;
    if (!OPTIMIZERS.includes(optimizer))
      throw new InvalidOptionError('optimizer', optimizer, 'one of "sgd", "adagrad", "adam"');
    super(inputs, inputs * OPTIMIZERS.indexOf(optimizer));
    if (!(l2 >= 0 && Number.isFinite(l2))) throw new InvalidOptionError('l2', l2, 'a finite number >= 0');
    if (!(clipGradient > 0)) throw new InvalidOptionError('clipGradient', clipGradient, 'greater than 0');
    this.fingerprint = [kind, inputs, optimizer];
    this.optimizer = optimizer;
    this.l2 = l2;
    this.#clip = clipGradient;
    this.#rate = learningRate('rate', rate);
    this.#biasRate = learningRate('biasRate', biasRate);
  }

  /** The slope of the loss in what `sum` answers. */
  protected abstract slope(sum: number, target: number): number;

  learn(features: ArrayLike<number>, target: number): void {
    const { bias, steps } = this;
    const slope = Math.min(Math.max(this.slope(this.sum(features), target), -this.#clip), this.#clip);
    const rate = this.#rate(steps);
    const check =
      this.optimizer === 'sgd'
        ? this.#descend(features, slope, rate)
        : this.optimizer === 'adagrad'
          ? this.#adagrad(features, slope, rate)
          : this.#adam(features, slope, rate);
    this.commit(bias - this.#biasRate(steps) * slope, check);
  }

  #descend(features: ArrayLike<number>, slope: number, rate: number): number {
    const { state, next, inputs, l2 } = this;
    const first = this.offset + WEIGHTS;
    let check = 0;
    for (let i = 0; i < inputs; i++) {
      const weight = state[first + i]!;
      const moved = weight - rate * (slope * features[i]! + l2 * weight);
      next[i] = moved;
      check += moved;
    }
    return check;
  }

  #adagrad(features: ArrayLike<number>, slope: number, rate: number): number {
    const { state, next, inputs, l2 } = this;
    const first = this.offset + WEIGHTS;
    let check = 0;
    for (let i = 0; i < inputs; i++) {
      const weight = state[first + i]!;
      const gradient = slope * features[i]! + l2 * weight;
      const squares = state[first + inputs + i]! + gradient * gradient;
      next[i] = weight - (rate / Math.sqrt(squares + EPSILON)) * gradient;
      check += next[i]! + squares;
    }
    if (Number.isFinite(check))
      for (let i = 0; i < inputs; i++) {
        const gradient = slope * features[i]! + l2 * state[first + i]!;
        state[first + inputs + i]! += gradient * gradient;
      }
    return check;
  }

  #adam(features: ArrayLike<number>, slope: number, rate: number): number {
    const { state, next, inputs, l2 } = this;
    const first = this.offset + WEIGHTS;
    const step = this.steps + 1;
    const corrected = (rate * Math.sqrt(1 - BETA_2 ** step)) / (1 - BETA_1 ** step);
    let check = 0;
    for (let i = 0; i < inputs; i++) {
      const weight = state[first + i]!;
      const gradient = slope * features[i]! + l2 * weight;
      const mean = BETA_1 * state[first + inputs + i]! + (1 - BETA_1) * gradient;
      const square = BETA_2 * state[first + 2 * inputs + i]! + (1 - BETA_2) * gradient * gradient;
      next[i] = weight - (corrected * mean) / (Math.sqrt(square) + EPSILON);
      check += next[i]! + square;
    }
    if (Number.isFinite(check))
      for (let i = 0; i < inputs; i++) {
        const gradient = slope * features[i]! + l2 * state[first + i]!;
        const mean = first + inputs + i;
        const square = mean + inputs;
        state[mean] = BETA_1 * state[mean]! + (1 - BETA_1) * gradient;
        state[square] = BETA_2 * state[square]! + (1 - BETA_2) * gradient * gradient;
      }
    return check;
  }
}
