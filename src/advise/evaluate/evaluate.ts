import { createDetector } from '../../drift/create-detector.js';
import type { Detector } from '../../drift/detector.js';
import type { DetectorName, DetectorOptions } from '../../drift/detector-options.js';
import { InvalidOptionError } from '../../errors.js';
import type { FieldMethod, FieldOptions } from '../../normalize/field-options.js';
import { resolveField } from '../../normalize/resolve-field.js';
import { describeOptions } from '../candidates.js';
import { collectSample, type SampleOptions } from '../collect-sample.js';
import { observedSeries, profileField } from '../profile/field-profile.js';
import type { FieldSample } from '../sample.js';
import type { Calibration } from '../score/calibration.js';
import { type JudgedSeries, judgedSeries, scoreField } from '../score/score-field.js';
import { type ChangeTests, changeTests, median } from './change-tests.js';
import { detectAlarms } from './detect-alarms.js';
import { checkLabels, type Label, windowsOf } from './labels.js';
import { type Recovery, recoveryOf } from './recovery.js';
import { type AlarmScores, type DriftWindow, scoreAlarms } from './score-alarms.js';

export interface EvaluateOptions<T> extends SampleOptions<T>, JudgeOptions {
  /** What is compared, by name: a method or options for all fields; as a function, options by field, undefined for none. */
  configurations: Readonly<Record<string, FieldMethod | FieldOptions | ((field: string) => FieldOptions | undefined)>>;
}

export interface JudgeOptions {
  /** Where something is known to have happened. @defaultValue none: alarms are counted and not judged */
  labels?: readonly Label[];
  /** Detectors that watch the normalized values of each configuration, by name: names, options, or what makes one. @defaultValue none */
  detectors?: Readonly<Record<string, DetectorName | DetectorOptions | (() => Detector)>>;
  /** How many values before and after a label an alarm is still for it. @defaultValue 0 */
  before?: number;
  after?: number;
}

/** The alarms of one detector, or the new epochs of the method itself, over all series. */
export interface AlarmReport extends Pick<AlarmScores, 'alarms' | 'falseAlarmRate'> {
  /** The detector; `epochs` for the method's own. */
  by: string;
  /** Alarms by series, as indices. */
  at: Readonly<Record<string, readonly number[]>>;
  /** With labels: the series taken as standing one after the other. */
  scores?: AlarmScores;
}

/** One configuration on one field. */
export interface Evaluation {
  field: string;
  configuration: string;
  options: FieldOptions;
  label: string;
  /** Mean natural logarithm of the density of a value before it was learnt; the first 30 of a series are not judged. */
  logScore: number;
  count: number;
  calibration: Calibration;
  levelKept: number;
  /** New epochs per 1000 values. */
  epochs: number;
  alarms: AlarmReport[];
  /** On this very field, changed half-way; absent where it is too short. */
  changes?: ChangeTests;
  /** After the start of each label: medians. Absent without labels. */
  labelled?: Recovery;
}

/**
 * Judges configurations on a sample, side by side: log score and calibration of what they put out, how they take a change, and how the
 * alarms (their new epochs, or those of detectors on their output) meet what is known to have happened.
 *
 * Values are normalized first and learnt after whatever the configuration says about order, for the log score; everything else is of the
 * output as configured.
 *
 * @throws InvalidOptionError
 */
export function evaluate<T>(sample: Iterable<T>, options: EvaluateOptions<T>): Evaluation[] {
  const { configurations } = options;
  if (typeof configurations !== 'object' || configurations === null || Object.keys(configurations).length === 0)
    throw new InvalidOptionError('configurations', configurations, 'at least one method or options, by name');
  const plans = Object.entries(configurations).map(([name, given]) => {
    const optionsOf =
      typeof given === 'function' ? given : () => (typeof given === 'string' ? { method: given } : given);
    if (typeof given !== 'function') resolveField(optionsOf('')!);
    return { name, optionsOf };
  });
  checkLabels(options.labels ?? []);
  for (const choice of Object.values(options.detectors ?? {})) if (typeof choice !== 'function') createDetector(choice);
  const fields = collectSample(sample, options).fields();
  return fields.flatMap((field) => {
    const series = judgedSeriesOf(field);
    return plans.flatMap(({ name, optionsOf }) => {
      const chosen = optionsOf(field.name);
      return chosen === undefined ? [] : [judge(field.name, name, chosen, series, options)];
    });
  });
}

/** The series of a field that are judged, with what judging them takes. */
export function judgedSeriesOf(field: FieldSample): JudgedSeries[] {
  const { series } = profileField(field);
  return observedSeries(field).map((one, i) => judgedSeries(one, series[i]!));
}

/**
 * Judges one configuration on one field.
 * @throws InvalidOptionError for a memory in event time where there are no times
 */
export function judge(
  field: string,
  configuration: string,
  options: FieldOptions,
  series: readonly JudgedSeries[],
  { labels, detectors = {}, before = 0, after = 0 }: JudgeOptions = {},
): Evaluation {
  if (resolveField(options).rules.timed && series.every(({ times }) => times.every(Number.isNaN)))
    throw new InvalidOptionError('time', undefined, 'given: a memory in event time needs the time of each record');
  const { logScore, count, calibration, levelKept, epochs, series: scored } = scoreField(options, series);
  const windows = series.map((one) => (labels === undefined ? undefined : windowsOf(labels, field, one)));
  const report = (by: string, alarmsOf: (s: number) => readonly number[]): AlarmReport => {
    const all = series.map((one, s) => ({
      key: one.key,
      alarms: alarmsOf(s),
      windows: windows[s],
      samples: one.values.length,
    }));
    const pooled = poolAlarms(all, before, after);
    return {
      by,
      at: Object.fromEntries(all.map(({ key, alarms }) => [key, alarms])),
      alarms: pooled.alarms,
      falseAlarmRate: pooled.falseAlarmRate,
      ...(labels !== undefined && { scores: pooled }),
    };
  };
  const changes = changeTests(options, series);
  const starts = windows.flatMap((found, s) =>
    (found ?? []).map(({ start }) => recoveryOf(scored[s]!.normalized, start)),
  );
  return {
    field,
    configuration,
    options,
    label: describeOptions(options),
    logScore,
    count,
    calibration,
    levelKept,
    epochs,
    alarms: [
      report('epochs', (s) => scored[s]!.renormalizations),
      ...Object.entries(detectors).map(([name, choice]) => {
        const detector = typeof choice === 'function' ? choice() : createDetector(choice);
        return report(name, (s) => detectAlarms(detector, scored[s]!.normalized));
      }),
    ],
    ...(changes && { changes }),
    ...(starts.length > 0 && { labelled: median(starts) }),
  };
}

/** The series one after the other, far enough apart that no alarm is for the window of another. */
function poolAlarms(
  all: readonly { alarms: readonly number[]; windows: readonly DriftWindow[] | undefined; samples: number }[],
  before: number,
  after: number,
): AlarmScores {
  const alarms: number[] = [];
  const windows: DriftWindow[] = [];
  let [base, samples] = [0, 0];
  for (const one of all) {
    alarms.push(...one.alarms.map((alarm) => base + alarm));
    windows.push(...(one.windows ?? []).map(({ start, end }) => ({ start: base + start, end: base + end })));
    base += one.samples + before + after + 1;
    samples += one.samples;
  }
  return scoreAlarms(alarms, windows, { before, after, samples });
}
