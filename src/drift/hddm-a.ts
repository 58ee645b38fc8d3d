import { InvalidOptionError } from '../errors.js';
import { between } from './between.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';

// Where things stand in the state: values and mean of all, up to the lowest bound, up to the highest.
const COUNT = 0;
const MEAN = 1;
const LOW_COUNT = 2;
const LOW_MEAN = 3;
const HIGH_COUNT = 4;
const HIGH_MEAN = 5;

export interface HddmOptions {
  /** Chance of a false alarm that the bound allows, in (0, 1). @defaultValue 0.001 */
  delta?: number;
  /** The same where the warning zone begins. @defaultValue 0.005 */
  warningDelta?: number;
  /**
   * What the input is: shares in [0, 1], or normalized values, which are taken to shares by ½ + z / √(2 + z²).
   * @defaultValue `'share'`
   */
  input?: 'share' | 'normalized';
  /** What is an alarm. @defaultValue `'both'` */
  sides?: 'up' | 'down' | 'both';
}

/**
 * Drift of the mean by Hoeffding's bound (HDDM-A, Frías-Blanco et al. 2014), for values in [0, 1]: errors of a learner, shares, bits.
 *
 * The past up to the lowest upper bound x̄ + ε(n), ε(n) = √(ln(1/delta) / 2n), is compared with everything: a rise when
 * z̄ − x̄ ≥ √((n_z − n_x) / (n_x·n_z) / 2 · ln(2/delta)); a fall the other way round. As in river 0.26. What lies outside [0, 1] counts as
 * the nearer end. Size is in shares. State: 6 doubles. O(1).
 */
export class HddmA extends DetectorView {
  static readonly stride = 6;
  readonly stride = HddmA.stride;
  readonly delta: number;
  readonly sides: 'up' | 'down' | 'both';
  readonly isShare: boolean;
  readonly #cut: number;
  readonly #drift: number;
  readonly #warning: number;

  /** @throws InvalidOptionError */
  constructor({ delta = 0.001, warningDelta = 0.005, sides = 'both', input = 'share' }: HddmOptions = {}) {
    super();
    this.delta = between('delta', delta, 0, 1);
    this.sides = oneOfSides(sides);
    this.isShare = isShare(input);
    this.#cut = Math.log(1 / delta) / 2;
    this.#drift = Math.log(2 / delta) / 2;
    this.#warning = Math.log(2 / between('warningDelta', warningDelta, 0, 1)) / 2;
  }

  get count(): number {
    return this.state[this.offset]!;
  }
  get warning(): boolean {
    return this.#verdict(this.#warning) !== 0;
  }
  get delay(): number {
    const side = this.#verdict(this.#warning);
    return side === 0 ? 0 : this.count - this.state[this.offset + (side > 0 ? LOW_COUNT : HIGH_COUNT)]!;
  }
  get size(): number {
    const side = this.#verdict(this.#warning);
    if (side === 0) return 0;
    const { state, offset } = this;
    const before = offset + (side > 0 ? LOW_COUNT : HIGH_COUNT);
    const count = state[offset]!;
    // The mean of all is a mixture: the mean since the change lies further out.
    return ((state[offset + MEAN]! - state[before + 1]!) * count) / (count - state[before]!);
  }

  protected learn(given: number): EpochEvent {
    const { state, offset } = this;
    const x = this.isShare ? toShare(given) : shareOf(given);
    const count = state[offset + COUNT]! + 1;
    state[offset + COUNT] = count;
    const mean = state[offset + MEAN]! + (x - state[offset + MEAN]!) / count;
    state[offset + MEAN] = mean;
    const bound = Math.sqrt(this.#cut / count);
    const lowCount = state[offset + LOW_COUNT]!;
    if (lowCount === 0 || state[offset + LOW_MEAN]! + Math.sqrt(this.#cut / lowCount) >= mean + bound) {
      state[offset + LOW_COUNT] = count;
      state[offset + LOW_MEAN] = mean;
    }
    const highCount = state[offset + HIGH_COUNT]!;
    if (highCount === 0 || state[offset + HIGH_MEAN]! - Math.sqrt(this.#cut / highCount) <= mean - bound) {
      state[offset + HIGH_COUNT] = count;
      state[offset + HIGH_MEAN] = mean;
    }
    return this.#verdict(this.#drift);
  }

  /** The side on which the means are further apart than chance, at so much evidence, allows. */
  #verdict(evidence: number): -1 | 0 | 1 {
    const { state, offset, sides } = this;
    const count = state[offset]!;
    if (
      sides !== 'down' &&
      isApart(state[offset + MEAN]! - state[offset + LOW_MEAN]!, state[offset + LOW_COUNT]!, count, evidence)
    )
      return 1;
    if (
      sides !== 'up' &&
      isApart(state[offset + HIGH_MEAN]! - state[offset + MEAN]!, state[offset + HIGH_COUNT]!, count, evidence)
    )
      return -1;
    return 0;
  }
}

function isApart(distance: number, before: number, count: number, evidence: number): boolean {
  return before > 0 && before < count && distance >= Math.sqrt(((count - before) / before / count) * evidence);
}

/** @throws InvalidOptionError */
export function oneOfSides(sides: 'up' | 'down' | 'both'): 'up' | 'down' | 'both' {
  if (sides !== 'up' && sides !== 'down' && sides !== 'both')
    throw new InvalidOptionError('sides', sides, "'up', 'down' or 'both'");
  return sides;
}

/** Whether the input is shares, and not normalized values. @throws InvalidOptionError */
export function isShare(input: 'share' | 'normalized'): boolean {
  if (input !== 'share' && input !== 'normalized')
    throw new InvalidOptionError('input', input, "'share' or 'normalized'");
  return input === 'share';
}

export function toShare(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

/**
 * z as a share: ½ + z / √(2 + z²), held in [0, 1]. Nearly as spread as a bit, which is what Hoeffding's bound reckons with: a map that used
 * the range evenly would make a detector three times as cautious as it is set to be.
 */
export function shareOf(z: number): number {
  return Math.abs(z) > 1 ? (z > 0 ? 1 : 0) : toShare(0.5 + z / Math.sqrt(2 + z * z));
}
