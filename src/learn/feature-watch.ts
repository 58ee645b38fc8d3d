import { SensorWatch } from '../drift/sensor-watch.js';
import { InvalidOptionError } from '../errors.js';
import { isObservation } from '../stats/is-observation.js';

export interface FeatureSelectionOptions {
  /** The shortest run of equal values that is a stuck sensor, if it is improbable too. @defaultValue 10 */
  flatAfter?: number;
  /** Records in a row without a value, from which on a feature is silent. @defaultValue 10 */
  silentAfter?: number;
}

/** Why a feature is left out. */
export type DeselectedBecause = 'flat' | 'silent';

// Behind what the sensor watch keeps of an input: records in a row without a value, and whether it is left out (1 flat, 2 silent).
const GAP = SensorWatch.stride;
const OUT = GAP + 1;
const STRIDE = OUT + 1;

/**
 * Which features of a model are alive: one whose sensor is stuck, or that says nothing any more, is left out until it is heard of again.
 *
 * It watches raw values, for a stuck series whose yardstick still moves has scores that move. State: 15 doubles an input. O(inputs).
 */
export class FeatureWatch {
  readonly stride: number;
  readonly inputs: number;
  readonly #silentAfter: number;
  readonly #sensor: SensorWatch;
  #state: Float64Array = new Float64Array(0);
  #offset = 0;

  /** @throws InvalidOptionError */
  constructor(inputs: number, { flatAfter = 10, silentAfter = 10 }: FeatureSelectionOptions) {
    if (!(Number.isSafeInteger(silentAfter) && silentAfter >= 1))
      throw new InvalidOptionError('selection.silentAfter', silentAfter, 'an integer >= 1');
    this.#sensor = new SensorWatch({ flatAfter });
    this.inputs = inputs;
    this.#silentAfter = silentAfter;
    this.stride = inputs * STRIDE;
  }

  aim(state: Float64Array, offset: number): void {
    this.#state = state;
    this.#offset = offset;
  }

  /** Whether input `i` is left out. */
  isOut(i: number): boolean {
    return this.#state[this.#offset + i * STRIDE + OUT]! !== 0;
  }

  /**
   * Learns the raw values of a record.
   * @param told of each input that is left out from now on, with the reason, or taken in again
   */
  update(raw: ArrayLike<number>, told: (input: number, out: DeselectedBecause | null) => void): void {
    const state = this.#state;
    for (let i = 0; i < this.inputs; i++) {
      const at = this.#offset + i * STRIDE;
      const x = raw[i]!;
      const isHere = isObservation(x);
      state[at + GAP] = isHere ? 0 : state[at + GAP]! + 1;
      const isFlat = this.#sensor.update(state, at, x) === 'flat';
      const out = state[at + GAP]! >= this.#silentAfter ? 2 : isFlat && isHere ? 1 : isHere ? 0 : state[at + OUT]!;
      if (out === state[at + OUT]) continue;
      state[at + OUT] = out;
      told(i, out === 0 ? null : out === 1 ? 'flat' : 'silent');
    }
  }
}
