import { Adwin } from './adwin.js';
import { Cusum } from './cusum.js';
import type { Detector } from './detector.js';
import { EwmaChart } from './ewma-chart.js';
import { HddmA } from './hddm-a.js';
import { HddmW } from './hddm-w.js';
import { JointDetector } from './joint-detector.js';
import { Kswin } from './kswin.js';
import { PageHinkley } from './page-hinkley.js';
import type { FrozenReference } from './reference.js';
import { cusumRunLength } from './run-length/cusum-run-length.js';
import { estimatedRunLength } from './run-length/estimated-run-length.js';
import { ewmaRunLength } from './run-length/ewma-run-length.js';
import { type Calibrated, runLengthOf } from './run-length/parameter-for.js';
import { shewhartRunLength } from './run-length/shewhart-run-length.js';
import { simulateRunLength } from './run-length/simulate-run-length.js';
import { SelfStarting } from './self-starting.js';
import { Shewhart } from './shewhart.js';

/** Calm values before a shift that a detector must first learn to know; those of a shift run at most. */
const CALM = 500;
const LONGEST = 200_000;

/**
 * Mean number of values of N(shift, 1) until a detector, reset, alarms: what it costs when nothing changes (shift 0), how quick it is when
 * something does.
 *
 * CUSUM, EWMA and Shewhart: solved from their integral equations, to 0.1 %; for a learnt reference averaged over what it may turn out to be,
 * the learning included (see `estimatedRunLength`). Self-starting ones: those of a known reference; they learn some 30 values before that.
 * All others: in control from measured tables where their parameters are in one; else, and for a shift, the mean of seeded runs, to about
 * 5 %, the shift coming after 500 calm values, for there is nothing else it could be seen against.
 *
 * @param shift in standard deviations
 */
export function runLength(detector: Detector, shift = 0): number {
  if (detector instanceof SelfStarting && isChart(detector.detector)) return runLength(detector.detector, shift);
  if (detector instanceof Cusum)
    return over(detector.reference, shift, (stretch, by) =>
      cusumRunLength(detector.slack * stretch, detector.threshold * stretch, by),
    );
  if (detector instanceof Shewhart)
    return over(detector.reference, shift, (stretch, by) => shewhartRunLength(detector.limit * stretch, by));
  if (detector instanceof EwmaChart && detector.reference !== undefined)
    return over(detector.reference, shift, (stretch, by) =>
      ewmaRunLength(detector.alpha, detector.limit * stretch, by),
    );
  const measured = shift === 0 ? calibration(detector) : undefined;
  if (measured !== undefined) return runLengthOf(...measured);
  return simulateRunLength(detector, shift === 0 ? {} : { shift, calm: CALM, runs: 1000, longest: LONGEST });
}

/** Where a detector stands in the measured tables, if it does. */
function calibration(detector: Detector): [name: Calibrated, parameter: number] | undefined {
  if (detector instanceof SelfStarting) return calibration(detector.detector);
  if (detector instanceof JointDetector)
    return detector.smallestShift === 0.5 ? ['joint', detector.evidence] : undefined;
  if (detector instanceof Adwin) {
    if (detector.clock === 1) return ['adwin, clock 1', -Math.log(detector.delta)];
    return detector.clock === 32 ? ['adwin, clock 32', -Math.log(detector.delta)] : undefined;
  }
  if (detector instanceof PageHinkley) {
    const { delta, keep, warmup, threshold } = detector;
    return delta === 0.25 && keep === 1 && warmup === 30 ? ['page-hinkley', threshold] : undefined;
  }
  if (detector instanceof HddmA && !detector.isShare) return ['hddm-a', -Math.log(detector.delta)];
  if (detector instanceof HddmW && !detector.isShare && detector.alpha === 0.05)
    return ['hddm-w', -Math.log(detector.delta)];
  if (detector instanceof Kswin && detector.window === 100 && detector.recent === 30)
    return ['kswin', -Math.log(detector.alpha)];
  return undefined;
}

function isChart(detector: Detector): boolean {
  return detector instanceof Cusum || detector instanceof Shewhart || detector instanceof EwmaChart;
}

function over(reference: FrozenReference, shift: number, known: (stretch: number, shift: number) => number): number {
  if (reference.warmup > 0) return estimatedRunLength(reference.warmup, shift, known);
  return known(1, shift);
}
