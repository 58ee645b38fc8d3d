import { InvalidOptionError } from '../errors.js';
import { Adwin } from './adwin.js';
import { Cusum } from './cusum.js';
import type { Detector } from './detector.js';
import type { DetectorName, DetectorOptions } from './detector-options.js';
import { EwmaChart } from './ewma-chart.js';
import { HddmA } from './hddm-a.js';
import { HddmW } from './hddm-w.js';
import { JointDetector } from './joint-detector.js';
import { Kswin } from './kswin.js';
import { PageHinkley } from './page-hinkley.js';
import { cusumRunLength } from './run-length/cusum-run-length.js';
import { ewmaRunLength } from './run-length/ewma-run-length.js';
import { parameterFor } from './run-length/parameter-for.js';
import { shewhartRunLength } from './run-length/shewhart-run-length.js';
import { solveLimit } from './run-length/solve-limit.js';
import { SelfStarting } from './self-starting.js';
import { Shewhart } from './shewhart.js';

const FALSE_ALARM_EVERY = 100_000;
/** What the values are once a detector has standardized them itself. */
const STANDARD = { center: 0, scale: 1 };
/** Deviations that Page-Hinkley tolerates where it is set by its run length, in scales. */
const TOLERATED = 0.25;

/** The options that each detector has besides its name; those that say how sensitive it is come first. */
const OPTIONS: Readonly<Record<DetectorName, readonly [sensitivity: readonly Option[], others: readonly Option[]]>> = {
  joint: [['falseAlarmEvery'], ['smallestShift']],
  adwin: [['falseAlarmEvery', 'delta'], ['clock']],
  'page-hinkley': [['falseAlarmEvery', 'delta', 'threshold'], []],
  cusum: [['falseAlarmEvery', 'threshold'], ['smallestShift']],
  ewma: [['falseAlarmEvery', 'limit'], ['alpha']],
  shewhart: [['falseAlarmEvery', 'limit'], []],
  kswin: [['falseAlarmEvery', 'alpha'], []],
  'hddm-a': [['falseAlarmEvery', 'delta'], []],
  'hddm-w': [['falseAlarmEvery', 'delta'], []],
};
type Option = Exclude<keyof DetectorOptions, 'name'>;

/**
 * A detector for a series of any center and scale, with one meaning for how sensitive it is: `falseAlarmEvery`, the mean number of values
 * from one alarm to the next on independent normal values, the values that it learns from before it judges not counted. Limits of CUSUM,
 * EWMA and Shewhart are solved from their integral equations, the others' read from measured tables.
 *
 * @param choice a name, or options
 * @throws InvalidOptionError naming the option; also for one that the detector does not have, and for two that say the same thing
 */
export function createDetector(choice: DetectorName | DetectorOptions = 'joint'): Detector {
  const options = typeof choice === 'string' ? { name: choice } : choice;
  const { name = 'joint', smallestShift } = options;
  checkOptions(name, options);
  const { falseAlarmEvery: every = FALSE_ALARM_EVERY, delta, threshold, limit, alpha, clock = 1 } = options;
  if (!(every >= 10 && every <= 1e9))
    throw new InvalidOptionError('falseAlarmEvery', every, 'a number of values from 10 to 1e9');
  switch (name) {
    case 'joint':
      return new JointDetector({ evidence: parameterFor(name, every), ...(smallestShift && { smallestShift }) });
    case 'adwin': {
      if (clock !== 1 && clock !== 32) throw new InvalidOptionError('clock', clock, '1 or 32');
      const chance = delta ?? Math.exp(-parameterFor(clock === 1 ? 'adwin, clock 1' : 'adwin, clock 32', every));
      return new SelfStarting(new Adwin({ clock, delta: chance }));
    }
    case 'page-hinkley':
      return new SelfStarting(
        delta === undefined && threshold === undefined
          ? new PageHinkley({ delta: TOLERATED, keep: 1, threshold: parameterFor(name, every) })
          : new PageHinkley({ ...(delta !== undefined && { delta }), ...(threshold !== undefined && { threshold }) }),
      );
    case 'cusum': {
      const slack = (smallestShift ?? 1) / 2;
      if (!(slack > 0 && slack <= 5))
        throw new InvalidOptionError('smallestShift', smallestShift, 'a number of scales up to 10');
      const height = threshold ?? solveLimit(every, 4, 60, (h) => cusumRunLength(slack, h, 0));
      return new SelfStarting(new Cusum({ slack, threshold: height, reference: STANDARD }));
    }
    case 'ewma': {
      const share = alpha ?? 0.1;
      if (!(share >= 0.005 && share < 1))
        throw new InvalidOptionError('alpha', share, 'a number from 0.005 to 1, 1 not included');
      const width = limit ?? solveLimit(every, 3, 12, (l) => ewmaRunLength(share, l, 0));
      return new SelfStarting(new EwmaChart({ alpha: share, limit: width, reference: STANDARD }));
    }
    case 'shewhart':
      return new SelfStarting(
        new Shewhart({ limit: limit ?? solveLimit(every, 3, 12, (l) => shewhartRunLength(l, 0)), reference: STANDARD }),
      );
    case 'kswin':
      return new Kswin({ alpha: alpha ?? Math.exp(-parameterFor(name, every)) });
    case 'hddm-a':
      return new SelfStarting(
        new HddmA({ input: 'normalized', ...shares(delta ?? Math.exp(-parameterFor(name, every))) }),
      );
    case 'hddm-w':
      return new SelfStarting(
        new HddmW({ input: 'normalized', ...shares(delta ?? Math.exp(-parameterFor(name, every))) }),
      );
  }
}

/** Says what a detector's state means: state of another fingerprint is not read. */
export function detectorFingerprint(choice: DetectorName | DetectorOptions = 'joint'): unknown {
  if (typeof choice === 'string') return [choice];
  const { name = 'joint', clock = 1 } = choice;
  return name === 'adwin' ? [name, clock] : [name];
}

function shares(delta: number): { delta: number; warningDelta: number } {
  return { delta, warningDelta: Math.min(5 * delta, (1 + delta) / 2) };
}

function checkOptions(name: DetectorName, options: DetectorOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new InvalidOptionError('detector', options, 'the name of a detector, or an object');
  const allowed = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (allowed === undefined)
    throw new InvalidOptionError(
      'detector',
      name,
      `one of ${Object.keys(OPTIONS)
        .map((known) => JSON.stringify(known))
        .join(', ')}`,
    );
  const [sensitivity, others] = allowed;
  for (const [option, given] of Object.entries(options)) {
    if (option === 'name' || given === undefined) continue;
    if (!sensitivity.includes(option as Option) && !others.includes(option as Option))
      throw new InvalidOptionError(option, given, `absent: ${name} does not have it`);
    if (option !== 'falseAlarmEvery' && options.falseAlarmEvery !== undefined && sensitivity.includes(option as Option))
      throw new InvalidOptionError(option, given, 'absent: falseAlarmEvery says the same thing');
  }
}
