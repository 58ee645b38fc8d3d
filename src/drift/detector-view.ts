import { isObservation } from '../stats/is-observation.js';
import type { Detector } from './detector.js';
import type { EpochEvent } from './epoch-event.js';

/** What all detectors share: being aimed at a state, leaving it alone for what is no observation, and forgetting it. */
export abstract class DetectorView implements Detector {
  abstract readonly stride: number;
  abstract readonly count: number;
  abstract readonly warning: boolean;
  abstract readonly delay: number;
  abstract readonly size: number;
  state: Float64Array = NOWHERE;
  offset = 0;

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    return this;
  }

  update(x: number): EpochEvent {
    return isObservation(x) ? this.learn(x) : 0;
  }

  reset(): void {
    this.state.fill(0, this.offset, this.offset + this.stride);
  }

  protected abstract learn(x: number): EpochEvent;
}

const NOWHERE = new Float64Array(0);
