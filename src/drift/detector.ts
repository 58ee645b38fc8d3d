import type { EpochEvent } from './epoch-event.js';

/**
 * Tells when a series is no longer what it was: state and a verdict.
 *
 * The state is `stride` doubles at `offset` in `state`, and nothing else, as in a `Statistic`: zeros are a series of which nothing was
 * seen, a copy is a checkpoint, one instance serves a whole table of series in turn. What is no observation (NaN, ±Infinity, magnitudes
 * above 1e150) changes no bit, so that one bad value never makes a detector blind.
 *
 * A detector never resets itself: after an alarm it goes on from where it stands, and it is the caller who calls `reset`.
 */
export interface Detector {
  /** Doubles of state that a new series needs. */
  readonly stride: number;
  readonly state: Float64Array;
  readonly offset: number;
  /** Turns to the series whose state is at `offset` in `state`. */
  aim(state: Float64Array, offset: number): this;
  /** Learns one observation and judges: 0 no alarm, 1 the level rose, -1 it fell, 2 the scale grew, -2 it shrank. */
  update(x: number): EpochEvent;
  /** Forgets everything. */
  reset(): void;
  /** Observations learnt since the last reset. */
  readonly count: number;
  /** Whether the evidence is in the warning zone: not enough for an alarm, too much for chance to be likely. True during an alarm. */
  readonly warning: boolean;
  /** Values since the estimated change, the last one included; 0 where nothing hints at one. */
  readonly delay: number;
  /**
   * How large the change is estimated to be, from the values since it. Of the level, with its sign: in scales where the detector knows a
   * scale, else in the unit of the input, which is scales for normalized values. Of the scale, for an alarm of ±2: the factor new / old.
   * 0 where nothing hints at a change.
   */
  readonly size: number;
}
