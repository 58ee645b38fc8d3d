import { isObservation } from '../stats/is-observation.js';
import { createDetector, detectorFingerprint } from './create-detector.js';
import type { Detector } from './detector.js';
import type { DetectorName, DetectorOptions } from './detector-options.js';
import type { EpochEvent } from './epoch-event.js';
import { gradualChange } from './gradual-change.js';
import type { SensorState } from './sensor-state.js';
import { SensorWatch } from './sensor-watch.js';

// Where things stand in the state, before the sensor's and the detector's.
const COUNT = 0;
const WARNED = 1;
const TIME = 2;
const GRADUAL = 3;
const HEADER = GRADUAL + gradualChange.stride;

/**
 * Watches one series for drift, and its sensor for being stuck or at the end of its range, which is no drift: while it is either, the
 * detector is not asked, and begins afresh afterwards.
 *
 * Of the alarms of a change that goes on (a ramp) only the first is an event.
 *
 * `aim` at a series, `update` with a value, then read what happened to it. The detector is reset at its alarms.
 * State: 13 doubles, the sensor's 13 and the detector's.
 */
export class DriftWatch {
  readonly stride: number;
  readonly fingerprint: string;
  readonly #detector: Detector;
  readonly #sensor: SensorWatch | undefined;
  state: Float64Array = new Float64Array(0);
  #offset = 0;
  /** What the last value came to. */
  event: EpochEvent = 0;
  size = 0;
  delay = 0;
  sensorState: SensorState = 'live';
  /** Whether the warning zone, or the state of the sensor, began or ended with the last value. */
  warningChanged = false;
  sensorChanged = false;

  /** @throws InvalidOptionError */
  constructor(detector: DetectorName | DetectorOptions, sensor: { flatAfter?: number } | false) {
    this.#detector = createDetector(detector);
    this.#sensor = sensor === false ? undefined : new SensorWatch(sensor);
    this.stride = HEADER + SensorWatch.stride + this.#detector.stride;
    this.fingerprint = JSON.stringify(['drift-watch', detectorFingerprint(detector), sensor !== false]);
  }

  /** Observations seen, the last included. */
  get count(): number {
    return this.state[this.#offset + COUNT]!;
  }
  get warning(): boolean {
    return this.state[this.#offset + WARNED]! > 0;
  }
  /** Event time of the last observation, ms; 0 before. */
  get time(): number {
    return this.state[this.#offset + TIME]!;
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.#offset = offset;
    this.#detector.aim(state, offset + HEADER + SensorWatch.stride);
    return this;
  }

  /** Learns `x`: false when it is no observation, which changes nothing. */
  update(x: number, time: number): boolean {
    this.event = 0;
    this.warningChanged = this.sensorChanged = false;
    if (!isObservation(x)) return false;
    const { state } = this;
    const offset = this.#offset;
    const sensor = offset + HEADER;
    state[offset + COUNT]! += 1;
    if (Number.isFinite(time)) state[offset + TIME] = time;
    const before = this.#sensor?.state(state, sensor) ?? 'live';
    this.sensorState = this.#sensor?.update(state, sensor, x) ?? 'live';
    this.sensorChanged = before !== this.sensorState;
    if (this.sensorState !== 'live') {
      if (this.sensorChanged) this.#startAfresh();
      return true;
    }
    this.event = this.#detector.update(x);
    const { warning } = this.#detector;
    this.size = this.#detector.size;
    this.delay = this.#detector.delay;
    gradualChange.learn(state, offset + GRADUAL, x);
    if (this.event !== 0) {
      if (gradualChange.alarm(state, offset + GRADUAL, this.event, this.delay)) this.event = 0;
      this.#startAfresh();
      return true;
    }
    if (gradualChange.hasEnded(state, offset + GRADUAL)) {
      this.#detector.reset();
      return true;
    }
    if (gradualChange.isUnderWay(state, offset + GRADUAL)) return true;
    this.warningChanged = warning !== state[offset + WARNED]! > 0;
    state[offset + WARNED] = warning ? 1 : 0;
    return true;
  }

  #startAfresh(): void {
    const { state } = this;
    const offset = this.#offset;
    this.#detector.reset();
    state[offset + WARNED] = 0;
    gradualChange.startAfresh(state, offset + GRADUAL);
  }

  /** Equal values up to the last. */
  get run(): number {
    return this.#sensor?.run(this.state, this.#offset + HEADER) ?? 0;
  }
}
