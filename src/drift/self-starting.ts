import type { Detector } from './detector.js';
import { DetectorView } from './detector-view.js';
import type { EpochEvent } from './epoch-event.js';

// Where things stand in the state, before the detector's own.
const COUNT = 0;
const MEAN = 1;
const SQUARES = 2;
const HEADER = 3;

/** Values learnt before the first is judged. */
const WARMUP = 30;
/** From so many values on Student's t is taken for normal. */
const SETTLED = 500;
/** Standardized values are judged as if within this: one of any size must not blind a detector that averages. */
const REACH = 8;

/**
 * Lets a detector that is made for N(0, 1) watch a series of any center and scale, without a reference that must be known or frozen.
 *
 * Each value is standardized by mean and standard deviation of those before it, corrected for how few those were: t = √(n/(n + 1))·(x − mean)/s
 * has Student's distribution, which Wallace's (1959) transformation takes to the normal one. On normal values what the detector sees is
 * independent N(0, 1) from the 31st value on (Hawkins 1987), so that its run length in control is that of a known reference. A standardized
 * value beyond ±8 is judged as ±8. A series that is constant so far is not judged.
 *
 * Size is in scales. State: 3 doubles and the detector's.
 */
export class SelfStarting extends DetectorView {
  readonly stride: number;
  readonly detector: Detector;

  constructor(detector: Detector) {
    super();
    this.detector = detector;
    this.stride = HEADER + detector.stride;
  }

  override aim(state: Float64Array, offset: number): this {
    this.detector.aim(state, offset + HEADER);
    return super.aim(state, offset);
  }

  get count(): number {
    return this.state[this.offset + COUNT]!;
  }
  get warning(): boolean {
    return this.detector.warning;
  }
  get delay(): number {
    return this.detector.delay;
  }
  get size(): number {
    return this.detector.size;
  }

  protected learn(x: number): EpochEvent {
    const { state, offset } = this;
    const count = state[offset + COUNT]!;
    const squares = state[offset + SQUARES]!;
    const error = x - state[offset + MEAN]!;
    const event = count >= WARMUP && squares > 0 ? this.detector.update(standardize(error, squares, count)) : 0;
    state[offset + COUNT] = count + 1;
    const step = error / (count + 1);
    state[offset + MEAN]! += step;
    state[offset + SQUARES] = squares + error * (error - step);
    return event;
  }
}

function standardize(error: number, squares: number, count: number): number {
  const freedom = count - 1;
  const square = ((error / squares) * error * freedom * count) / (count + 1);
  const normal =
    count < SETTLED
      ? ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p(square / freedom))
      : Math.sqrt(square);
  const held = normal < REACH ? normal : REACH;
  return error < 0 ? -held : held;
}
