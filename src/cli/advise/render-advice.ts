import type { CandidateAdvice, FieldAdvice } from '../../advise/advise.js';
import { percent, significant } from '../../advise/profile/wording.js';
import type { FieldSample } from '../../advise/sample.js';
import { histogram } from './histogram.js';
import type { Paint } from './paint.js';
import { type Column, table } from './table.js';
import { wrap } from './wrap.js';

const COLUMNS: readonly Column<CandidateAdvice>[] = [
  { head: 'candidate', text: ({ label }) => label, left: true },
  { head: 'log score', text: ({ gain }) => signed(gain) },
  { head: 'sd', text: ({ deviation }) => fixed(deviation) },
  { head: '|z| > 3', text: ({ beyond3 }) => percent(beyond3) },
  { head: 'off', text: ({ distance }) => fixed(distance) },
  { head: 'kept', text: ({ levelKept }) => fixed(levelKept) },
  { head: 'epochs', text: ({ epochs }) => (epochs === 0 ? '·' : significant(epochs, 2)) },
];

/** Candidates shown besides the recommended one. */
const SHOWN = 5;
const BARS = 32;

/** What is said of one field, in lines of at most `width` characters. */
export function renderAdvice(
  advice: FieldAdvice,
  sample: FieldSample,
  paint: Paint,
  width: number,
  all: boolean,
): string[] {
  const { field, profile, reasons, remarks, candidates, options } = advice;
  const values = sample.series.map((series) => series.values);
  const [low, high] = extentOf(values);
  const size = `${profile.values - profile.missing} values${profile.seriesCount > 1 ? ` of ${profile.seriesCount} series` : ''}, ${significant(low)} … ${significant(high)}`;
  const isChosen = (candidate: CandidateAdvice) => candidate.options === options || same(candidate, options);
  const rows = all
    ? candidates
    : candidates.filter((candidate, i) => i < SHOWN || isChosen(candidate) || isUsual(candidate));
  return [
    `${paint('bold', field)}  ${paint('dim', size)}`,
    ...(high > low ? [`  ${paint('cyan', histogram(values, low, high, BARS))}`] : []),
    `  ${paint('green', `→ ${labelOf(advice)}`)}`,
    ...reasons.flatMap((reason) => wrap(reason, width, '    ')),
    ...remarks.flatMap((remark) => wrap(remark, width, '  · ')).map((line) => paint('dim', line)),
    ...(rows.length > 0 ? ['', ...table(rows, COLUMNS, { paint, isMarked: isChosen })] : []),
  ];
}

/** What the columns mean. */
export const LEGEND =
  'log score: how likely each value was before it was learnt, in nats more than under z-score over everything; sd, |z| > 3: of the scores, 1 and 0.3 % for N(0, 1); off: distance of their distribution from the promised one; kept: correlation of value and score within short stretches; epochs: new regimes per 1000 values.';

function labelOf({ options, candidates }: FieldAdvice): string {
  return candidates.find((candidate) => same(candidate, options))?.label ?? options.method ?? 'z-score';
}

function same({ options }: CandidateAdvice, chosen: FieldAdvice['options']): boolean {
  return options.method === chosen.method && JSON.stringify(options.memory) === JSON.stringify(chosen.memory);
}

function isUsual({ options: { method, memory } }: CandidateAdvice): boolean {
  return memory === undefined && (method === 'z-score' || method === 'adaptive');
}

function extentOf(values: readonly Float64Array[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const series of values)
    for (const x of series) {
      if (x < low) low = x;
      if (x > high) high = x;
    }
  return [low, high];
}

function fixed(x: number): string {
  return Number.isNaN(x) ? '·' : x >= 100 ? significant(x, 3) : x.toFixed(2);
}

function signed(x: number): string {
  return Math.abs(x) < 5e-4 ? '0' : `${x > 0 ? '+' : '−'}${Math.abs(x).toFixed(3)}`;
}
