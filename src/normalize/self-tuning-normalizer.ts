import type { Normalizer } from './normalizer.js';
import { Renormalization } from './renormalization.js';

/** What the methods that need no options share: a state of fixed length, an affine score, epochs, and no event time. */
export abstract class SelfTuningNormalizer implements Normalizer {
  abstract readonly stride: number;
  readonly growable = false;
  readonly affine = true;
  state: Float64Array;
  offset = 0;
  abstract readonly center: number;
  abstract readonly scale: number;
  /** What the value last learnt did to the yardstick. */
  readonly renormalization = new Renormalization();
  /** Whether the members say what the present state says. */
  protected isFresh = false;

  /** @param length doubles of a state */
  protected constructor(length: number) {
    this.state = new Float64Array(length);
  }

  abstract get count(): number;
  abstract get epoch(): number;
  abstract refresh(): void;
  abstract normalize(x: number): number;
  abstract learn(x: number, time?: number): void;

  aim(state: Float64Array, offset: number): void {
    this.state = state;
    this.offset = offset;
    this.isFresh = false;
  }
  advance(_time: number): void {}
  isTooLate(_time: number): boolean {
    return false;
  }

  step(x: number, time: number): number {
    this.refresh();
    const score = this.count > 0 ? this.normalize(x) : Number.NaN;
    this.learn(x, time);
    return score;
  }

  denormalize(y: number): number {
    return y * this.scale + this.center;
  }
}
