import type { AlarmReport, Evaluation } from '../../advise/evaluate/evaluate.js';
import { percent, significant } from '../../advise/profile/wording.js';
import type { Paint } from '../advise/paint.js';
import { type Column, table } from '../advise/table.js';

const name: Column<Evaluation> = { head: 'configuration', text: (row) => short(row.configuration), left: true };

const SCORES: readonly Column<Evaluation>[] = [
  name,
  { head: 'log score', text: ({ logScore }) => number(logScore, 3) },
  { head: 'mean', text: ({ calibration }) => number(calibration.mean, 2) },
  { head: 'sd', text: ({ calibration }) => number(calibration.deviation, 2) },
  { head: '|z| > 3', text: ({ calibration }) => share(calibration.beyond3) },
  { head: 'off', text: ({ calibration }) => number(calibration.distance, 2) },
  { head: 'kept', text: ({ levelKept }) => number(levelKept, 2) },
];

const CHANGES: readonly Column<Evaluation>[] = [
  name,
  { head: 'jump', text: ({ changes }) => number(changes?.level.jump, 1) },
  { head: 'back after', text: ({ changes }) => after(changes?.level.recovery) },
  { head: 'bias', text: ({ changes }) => number(changes?.level.bias, 2) },
  { head: 'spread back after', text: ({ changes }) => after(changes?.scale.scaleRecovery) },
];

const LABELLED: readonly Column<Evaluation>[] = [
  name,
  { head: 'jump', text: ({ labelled }) => number(labelled?.jump, 1) },
  { head: 'back after', text: ({ labelled }) => after(labelled?.recovery) },
  { head: 'bias', text: ({ labelled }) => number(labelled?.bias, 2) },
];

interface AlarmRow extends AlarmReport {
  configuration: string;
}

const alarmName: Column<AlarmRow> = {
  head: 'alarms of',
  text: ({ configuration, by }) =>
    by === 'epochs'
      ? short(configuration, 27)
      : `${short(configuration, Math.max(12, 24 - by.length))} + ${short(by, 12)}`,
  left: true,
};

const COUNTED: readonly Column<AlarmRow>[] = [
  alarmName,
  { head: 'alarms', text: ({ alarms }) => String(alarms) },
  { head: 'per 1000', text: ({ falseAlarmRate }) => significant(falseAlarmRate, 2) },
];

const JUDGED: readonly Column<AlarmRow>[] = [
  alarmName,
  { head: 'alarms', text: ({ alarms }) => String(alarms) },
  { head: 'precision', text: ({ scores }) => number(scores?.precision, 2) },
  { head: 'recall', text: ({ scores }) => number(scores?.episodeRecall, 2) },
  { head: 'delay', text: ({ scores }) => number(scores?.delay, 0) },
  { head: 'false ‰', text: ({ falseAlarmRate }) => significant(falseAlarmRate, 2) },
  { head: 'MTFA', text: ({ scores }) => number(scores?.meanTimeBetweenFalseAlarms, 0) },
];

/** The configurations on one field, side by side. */
export function renderEvaluation(rows: readonly Evaluation[], size: string, paint: Paint): string[] {
  const { field, alarms, changes } = rows[0]!;
  const best = rows.reduce((a, b) => (b.logScore > a.logScore ? b : a));
  const options = { paint, isMarked: (row: Evaluation) => rows.length > 1 && row === best };
  const windows = alarms[0]!.scores?.windows;
  const reports = rows
    .flatMap((row) => row.alarms.map((report): AlarmRow => ({ ...report, configuration: row.configuration })))
    // A method that never begins an epoch has no alarms of its own.
    .filter(({ by, alarms: count }) => by !== 'epochs' || count > 0 || windows !== undefined);
  const section = (title: string, lines: readonly string[]) => ['', `  ${paint('dim', title)}`, ...lines];
  return [
    `${paint('bold', field)}  ${paint('dim', size)}`,
    ...table(rows, SCORES, options),
    ...(changes
      ? section(
          `if half-way the level rose by ${changes.shift} scales, or the spread ${changes.factor === 3 ? 'tripled' : `grew ${changes.factor}-fold`}`,
          table(rows, CHANGES, { paint }),
        )
      : []),
    ...(rows.some(({ labelled }) => labelled)
      ? section('from the labelled starts on', table(rows, LABELLED, { paint }))
      : []),
    ...(reports.length > 0
      ? section(
          windows === undefined
            ? 'drift, nothing labelled'
            : `drift, ${windows} labelled window${windows === 1 ? '' : 's'}`,
          table(reports, windows === undefined ? COUNTED : JUDGED, { paint }),
        )
      : []),
  ];
}

/** What the columns mean. */
export const LEGEND =
  'log score: mean ln of the density of each value before it was learnt, higher is better; sd, |z| > 3: of the scores, 1 and 0.3 % for N(0, 1); off: distance of their distribution from the promised one; kept: correlation of value and score within short stretches; back after: values until the mean of 50 scores is back within 0.3 (the spread within 30 %), – if not within 1000; false ‰: false alarms per 1000 values; MTFA: mean time from one to the next.';

/** File names without their folders; the rest as it is, as far as there is room. */
function short(configuration: string, length = 30): string {
  const text = configuration.startsWith('{') ? configuration : configuration.replace(/^.*\//, '');
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function number(x: number | undefined, digits: number): string {
  if (x === undefined || Number.isNaN(x)) return '·';
  return Math.abs(x) >= 1e4 ? x.toExponential(1) : x.toFixed(digits);
}

function share(x: number): string {
  return Number.isNaN(x) ? '·' : percent(x);
}

function after(values: number | undefined): string {
  if (values === undefined || Number.isNaN(values)) return '·';
  return values === Number.POSITIVE_INFINITY ? '–' : String(values);
}
