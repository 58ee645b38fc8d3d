import { DecayedMoments } from '../stats/decayed-moments.js';
import { Moments } from '../stats/moments.js';
import { WindowMoments } from '../stats/window-moments.js';

export interface PrequentialLossOptions {
  /** Half-life of the decayed loss, in records. @defaultValue 100 */
  halfLife?: number;
  /** Records of the windowed loss; null: it is not kept. @defaultValue 200 */
  window?: number | null;
}

/** Mean losses of predictions that were made before their targets were learnt (Dawid 1984; Gama, Sebastião & Rodrigues 2013). */
export interface Prequential {
  /** Over all records. NaN before the first. */
  readonly cumulative: number;
  /** By half-life. */
  readonly decayed: number;
  /** Over the last ones; NaN where that is not kept. */
  readonly windowed: number;
  /** Records that they rest on. */
  readonly count: number;
}

/**
 * Test-then-train loss of one model: over everything, by half-life, and over a window that forgets a spike to the last bit.
 *
 * `with` says what the means are with one loss more, without learning it: an output can be handed over while the state is still that of
 * before its record. State: `stride` doubles. A loss that is no number is left out.
 */
export class PrequentialLoss {
  readonly stride: number;
  readonly #all = new Moments();
  readonly #decayed: DecayedMoments;
  /** One less than asked for: the present record is the last of the window. */
  readonly #recent: WindowMoments | undefined;
  #state: Float64Array = new Float64Array(0);
  #weightAt = 0;

  /** @throws InvalidOptionError */
  constructor({ halfLife = 100, window = 200 }: PrequentialLossOptions = {}) {
    this.#decayed = new DecayedMoments({ halfLife });
    this.#recent = window === null ? undefined : new WindowMoments({ length: window - 1 });
    this.stride = this.#all.stride + this.#decayed.stride + (this.#recent?.stride ?? 0) + 1;
  }

  aim(state: Float64Array, offset: number): void {
    this.#all.aim(state, offset);
    this.#decayed.aim(state, offset + this.#all.stride);
    this.#recent?.aim(state, offset + this.#all.stride + this.#decayed.stride);
    this.#state = state;
    this.#weightAt = offset + this.stride - 1;
  }

  /** The means as they are with `loss`; as they were before where it is no number. */
  with(loss: number): Prequential {
    const { count } = this.#all;
    if (!Number.isFinite(loss))
      return {
        cumulative: this.#all.mean,
        decayed: this.#decayed.mean,
        windowed: this.#recent?.mean ?? Number.NaN,
        count,
      };
    return {
      cumulative: withOneMore(this.#all.mean, loss, count + 1),
      decayed: this.decayedWith(loss),
      windowed: this.#recent ? withOneMore(this.#recent.mean, loss, this.#recent.count + 1) : Number.NaN,
      count: count + 1,
    };
  }

  /** The decayed mean as it is with `loss`; as it was before where that is no number. */
  decayedWith(loss: number): number {
    if (!Number.isFinite(loss)) return this.#decayed.mean;
    return withOneMore(this.#decayed.mean, loss, this.#state[this.#weightAt]! * (1 - this.#decayed.alpha) + 1);
  }

  /** The decayed mean; NaN before the first loss. */
  get decayed(): number {
    return this.#decayed.mean;
  }

  update(loss: number): void {
    if (!Number.isFinite(loss)) return;
    this.#all.update(loss);
    this.#decayed.update(loss);
    this.#recent?.update(loss);
    this.#state[this.#weightAt] = this.#state[this.#weightAt]! * (1 - this.#decayed.alpha) + 1;
  }
}

function withOneMore(mean: number, x: number, weight: number): number {
  return Number.isNaN(mean) ? x : mean + (x - mean) / weight;
}
