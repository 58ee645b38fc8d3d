import { isObservation } from '../stats/is-observation.js';
import { createDetector, detectorFingerprint } from './create-detector.js';
import type { Detector } from './detector.js';
import type { DetectorName, DetectorOptions } from './detector-options.js';
import type { EpochEvent } from './epoch-event.js';
import { lineFit } from './line-fit.js';
import type { SensorState } from './sensor-state.js';
import { SensorWatch } from './sensor-watch.js';

// Where things stand in the state, before the sensor's and the detector's.
const COUNT = 0;
const WARNED = 1;
const TIME = 2;
/** Values since the last alarm, or since the start. */
const SINCE = 3;
/** The alarm that a gradual change has raised, 0 when there is none under way; and after how many values it did last. */
const GRADUAL = 4;
const INTERVAL = 5;
const LINE = 6;
const HEADER = LINE + lineFit.stride;

/** Values that detectors learn from before they judge, or nearly so. */
const LEARNING = 32;
/** A change that began in the last so-manieth of the values since the last alarm is none that goes on. */
const LATE = 6;
/** A gradual change is over when for so many of its last intervals no alarm was raised. */
const OVER = 3;

/**
 * Watches one series for drift, and its sensor for being stuck or at the end of its range, which is no drift: while it is either, the
 * detector is not asked, and begins afresh afterwards.
 *
 * A change that goes on (a ramp) alarms the detector again and again, for after each alarm it learns the series anew: those alarms are
 * of one cause, and only the first is an event. They are alike, each is soon after the one before, with its change point not late in
 * between, and a line through the values since has a slope.
 *
 * `aim` at a series, `update` with a value, then read what happened to it. The detector is reset at its alarms.
 * State: 10 doubles, the sensor's 13 and the detector's.
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
    state[offset + SINCE]! += 1;
    lineFit.learn(state, offset + LINE, x);
    if (this.event !== 0) {
      if (this.#goesOn()) this.event = 0;
      this.#startAfresh();
      return true;
    }
    if (state[offset + GRADUAL] !== 0) {
      // What the detector would warn of has been told.
      if (state[offset + SINCE]! <= OVER * state[offset + INTERVAL]!) return true;
      state[offset + GRADUAL] = 0;
    }
    this.warningChanged = warning !== state[offset + WARNED]! > 0;
    state[offset + WARNED] = warning ? 1 : 0;
    return true;
  }

  /** Whether the alarm is of a change that was told before and goes on. */
  #goesOn(): boolean {
    const { state, event } = this;
    const offset = this.#offset;
    const since = state[offset + SINCE]!;
    if (LATE * this.delay < since - LEARNING || !lineFit.isSteep(state, offset + LINE)) return false;
    const known = state[offset + GRADUAL] === event;
    state[offset + GRADUAL] = event;
    state[offset + INTERVAL] = since;
    return known;
  }

  #startAfresh(): void {
    const { state } = this;
    const offset = this.#offset;
    this.#detector.reset();
    state[offset + WARNED] = state[offset + SINCE] = 0;
    state.fill(0, offset + LINE, offset + HEADER);
  }

  /** Equal values up to the last. */
  get run(): number {
    return this.#sensor?.run(this.state, this.#offset + HEADER) ?? 0;
  }
}
