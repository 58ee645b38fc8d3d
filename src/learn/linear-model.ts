import { InvalidOptionError, ModelError } from '../errors.js';
import { correctLinear, type YardstickChange } from './correct-linear.js';
import type { ModelPart, StateModel } from './online-model.js';

/** Where things stand in the state: steps made, bias, then the weights. */
const STEPS = 0;
const BIAS = 1;
export const WEIGHTS = 2;

/** What all built-in models share: a bias and a weight for each input, as doubles of a state. */
export abstract class LinearModel implements StateModel {
  abstract readonly task: 'regression' | 'classification';
  abstract readonly fingerprint: unknown;
  readonly inputs: number;
  readonly stride: number;
  state: Float64Array;
  offset = 0;
  /** The weights to be, until it is known that all of them are finite. */
  protected readonly next: Float64Array;

  /**
   * @param extra doubles of the state behind the weights
   * @throws InvalidOptionError
   */
  constructor(inputs: number, extra: number) {
    if (!(Number.isSafeInteger(inputs) && inputs >= 1 && inputs <= 1e6))
      throw new InvalidOptionError('inputs', inputs, 'an integer from 1 to 1000000');
    this.inputs = inputs;
    this.stride = WEIGHTS + inputs + extra;
    this.state = new Float64Array(this.stride);
    this.next = new Float64Array(inputs);
  }

  /** Steps learnt. */
  get steps(): number {
    return this.state[this.offset + STEPS]!;
  }
  get bias(): number {
    return this.state[this.offset + BIAS]!;
  }
  /** A view. */
  get weights(): Float64Array {
    const first = this.offset + WEIGHTS;
    return this.state.subarray(first, first + this.inputs);
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  abstract predict(features: ArrayLike<number>): number;
  abstract learn(features: ArrayLike<number>, target: number): void;

  correct(part: ModelPart, change: YardstickChange): void {
    const { state, offset } = this;
    if (part === 'target' && this.task === 'classification')
      throw new InvalidOptionError('part', part, 'an input: what is true or false has no yardstick');
    if (part === 'target') {
      this.#correctTarget(change);
      return;
    }
    const { weights, bias } = correctLinear(change).input({ weights: this.weights, bias: this.bias }, part);
    state[offset + BIAS] = bias;
    state.set(weights, offset + WEIGHTS);
  }

  /** `correctLinear(change).target` in place, for a scale that moves with every record. */
  #correctTarget({ oldCenter, oldScale, newCenter, newScale }: YardstickChange): void {
    const { state, offset, inputs } = this;
    for (let i = offset + WEIGHTS; i < offset + WEIGHTS + inputs; i++) state[i] = (state[i]! * oldScale) / newScale;
    state[offset + BIAS] = (oldScale * this.bias + (oldCenter - newCenter)) / newScale;
  }

  /** Σ weights · features + bias. */
  protected sum(features: ArrayLike<number>): number {
    const { state, inputs } = this;
    const first = this.offset + WEIGHTS;
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += state[first + i]! * features[i]!;
    return sum + this.bias;
  }

  /** Makes the step that is in `next`; `check` is their sum, which is finite only where all of them are. */
  protected commit(bias: number, check: number): void {
    const { state, offset, next, inputs } = this;
    if (!Number.isFinite(check + bias))
      throw new ModelError(
        'it diverged: the step would leave the finite numbers; a lower rate or scaled features help',
      );
    state[offset + STEPS]! += 1;
    state[offset + BIAS] = bias;
    const first = offset + WEIGHTS;
    for (let i = 0; i < inputs; i++) state[first + i] = next[i]!;
  }
}
