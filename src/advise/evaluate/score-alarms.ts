import { InvalidOptionError } from '../../errors.js';

/** A stretch in which something changed: first and last index, both inclusive. */
export interface DriftWindow {
  start: number;
  end: number;
}

export interface AlarmScoringOptions {
  /** How many values before a window an alarm may come and still be for it. @defaultValue 0 */
  before?: number;
  /** How many values after a window. @defaultValue 0 */
  after?: number;
  /** Values that were watched. */
  samples: number;
}

/** How well alarms meet windows. */
export interface AlarmScores {
  alarms: number;
  windows: number;
  /** Alarms for a window, and windows without any. */
  hits: number;
  missed: number;
  /** Share of alarms that are for a window; NaN without alarms. */
  precision: number;
  /** hits / (hits + missed): several alarms for one window count each. NaN without windows and hits. */
  recall: number;
  /** Share of windows with an alarm; NaN without windows. */
  episodeRecall: number;
  /** Values from the start of a window to its first alarm, on average over those caught; NaN when none was. */
  delay: number;
  /** False alarms per 1000 values. */
  falseAlarmRate: number;
  /** Mean values from one false alarm to the next; NaN below two. */
  meanTimeBetweenFalseAlarms: number;
  /** That over the delay, times the share of windows caught: larger is better. NaN where one of them is. */
  meanTimeRatio: number;
}

/**
 * Scores alarms against labelled windows. An alarm within [start − before, end + after] is a hit of the earliest such window; every
 * other is false. O((alarms + windows) log).
 * @throws InvalidOptionError
 */
export function scoreAlarms(
  alarms: readonly number[],
  windows: readonly DriftWindow[],
  { before = 0, after = 0, samples }: AlarmScoringOptions,
): AlarmScores {
  if (!(before >= 0 && Number.isFinite(before)))
    throw new InvalidOptionError('before', before, 'a number of values >= 0');
  if (!(after >= 0 && Number.isFinite(after))) throw new InvalidOptionError('after', after, 'a number of values >= 0');
  if (!(Number.isInteger(samples) && samples >= 0)) throw new InvalidOptionError('samples', samples, 'an integer >= 0');
  const ordered = [...windows].sort((a, b) => a.start - b.start || a.end - b.end);
  const firstAlarm = new Map<DriftWindow, number>();
  const falseAlarms: number[] = [];
  let hits = 0;
  for (const alarm of [...alarms].sort((a, b) => a - b)) {
    const window = ordered.find(({ start, end }) => alarm >= start - before && alarm <= end + after);
    if (window === undefined) falseAlarms.push(alarm);
    else {
      hits++;
      if (!firstAlarm.has(window)) firstAlarm.set(window, alarm);
    }
  }
  const missed = ordered.length - firstAlarm.size;
  let delays = 0;
  for (const [{ start }, alarm] of firstAlarm) delays += alarm - start;
  const delay = delays / firstAlarm.size;
  const gaps = falseAlarms.length - 1;
  const between = gaps > 0 ? (falseAlarms[gaps]! - falseAlarms[0]!) / gaps : Number.NaN;
  const episodeRecall = firstAlarm.size / ordered.length;
  return {
    alarms: alarms.length,
    windows: ordered.length,
    hits,
    missed,
    precision: hits / alarms.length,
    recall: hits / (hits + missed),
    episodeRecall,
    delay,
    falseAlarmRate: (1000 * falseAlarms.length) / samples,
    meanTimeBetweenFalseAlarms: between,
    meanTimeRatio: (between / delay) * episodeRecall,
  };
}
