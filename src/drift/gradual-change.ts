import { clip } from '../stats/clip.js';
import type { EpochEvent } from './epoch-event.js';
import { lineFit } from './line-fit.js';

// Where things stand in the state, before the line.
/** Values since the last alarm, or since the start. */
const SINCE = 0;
/** The alarm that a gradual change has raised, 0 when there is none under way; and after how many values it did last. */
const RAISED = 1;
const INTERVAL = 2;
/** The gradual change that the last alarm broke into, until the next; 0: none. */
const BROKEN = 3;
/** Sums of departures from the line, up and down. */
const ABOVE = 4;
const BELOW = 5;
const LINE = 6;

/** Values that detectors learn from before they judge, or nearly so. */
const LEARNING = 32;
/** A change that began in the last so-manieth of the values since the last alarm is none that goes on. */
const LATE = 6;
/** Squared standard errors that a slope is worth to be believed, and where there is one already. */
const STEEP = 20;
const STEEP_STILL = 9;
/** A line has ended where departures, each of so much at most, sum up to so much beyond so much a value: no sooner than a detector sees a step. */
const DEPARTURE = 2.5;
const SLACK = 0.5;
const DEPARTED = 20;
/** A gradual change is over when for so many of its last intervals no alarm was raised. */
const OVER = 3;

/**
 * Tells alarms of a change that goes on from those of a new one.
 *
 * A ramp alarms a detector again and again, for after each alarm it learns the series anew: those alarms are of one cause. They are alike,
 * each is soon after the one before, with its change point not late in between, and a line through the values since has a slope. What
 * breaks into it (the wrap of a counter) is a cause of its own, after which it may go on.
 *
 * State: 10 doubles at `at`, zeros at first. O(1).
 */
export const gradualChange = {
  stride: LINE + lineFit.stride,

  /** A value that the detector was given: `x` must be an observation. */
  learn(state: Float64Array, at: number, x: number): void {
    state[at + SINCE]! += 1;
    const departure = clip(lineFit.departure(state, at + LINE, x), DEPARTURE);
    state[at + ABOVE] = Math.max(state[at + ABOVE]! + departure - SLACK, 0);
    state[at + BELOW] = Math.max(state[at + BELOW]! - departure - SLACK, 0);
    lineFit.learn(state, at + LINE, x);
  },

  /** The detector's alarm at the value last learnt: whether it is of a change that was told before and goes on. */
  alarm(state: Float64Array, at: number, event: EpochEvent, delay: number): boolean {
    const since = state[at + SINCE]!;
    const isSame = event === state[at + RAISED] || event === state[at + BROKEN];
    const isEarly = LATE * delay >= since - LEARNING;
    const isOneOfMany = isEarly && lineFit.isSteep(state, at + LINE, isSame ? STEEP_STILL : STEEP);
    if (isOneOfMany) {
      state[at + BROKEN] = isSame ? 0 : state[at + RAISED]!;
      state[at + RAISED] = event;
      state[at + INTERVAL] = since;
    }
    gradualChange.startAfresh(state, at);
    return isOneOfMany && isSame;
  },

  /** Whether a gradual change is under way: what the detector would warn of has been told. */
  isUnderWay(state: Float64Array, at: number): boolean {
    return state[at + RAISED] !== 0;
  },

  /**
   * Whether the change that was under way has ended by the value last learnt, which is said once. The detector, which has learnt the end of
   * the ramp as what is usual, begins afresh with it.
   */
  hasEnded(state: Float64Array, at: number): boolean {
    const isQuiet = state[at + RAISED] !== 0 && state[at + SINCE]! > OVER * state[at + INTERVAL]!;
    if (!isQuiet && state[at + ABOVE]! < DEPARTED && state[at + BELOW]! < DEPARTED) return false;
    state[at + RAISED] = state[at + BROKEN] = 0;
    gradualChange.startAfresh(state, at);
    return true;
  },

  /** The detector has begun afresh: so does the line. */
  startAfresh(state: Float64Array, at: number): void {
    state[at + SINCE] = state[at + ABOVE] = state[at + BELOW] = 0;
    state.fill(0, at + LINE, at + LINE + lineFit.stride);
  },
};
