import { significant } from '../../advise/profile/wording.js';
import type { FieldSample, SeriesSample } from '../../advise/sample.js';
import { type SeriesScores, scoreSeries } from '../../advise/score/score-series.js';
import type { FieldOptions } from '../../normalize/field-options.js';
import { resolveField } from '../../normalize/resolve-field.js';
import { braille } from './braille.js';
import type { Paint } from './paint.js';

const RULER = { half: 1, center: 0, width: 1, atom: Number.NaN };
const LABEL = 10;
const HEIGHT = 5;

/** The series of a field with the most values, and what a configuration makes of it. */
export function scoredSample(
  options: FieldOptions,
  { series }: FieldSample,
): { series: SeriesSample; scores: SeriesScores } {
  const longest = longestOf(series);
  // What comes out of sin-cos is two numbers: the angle itself says more.
  const drawn: FieldOptions = options.method === 'sin-cos' ? { method: 'none' } : options;
  return { series: longest, scores: scoreSeries(resolveField(drawn), longest, RULER, Number.POSITIVE_INFINITY) };
}

/** The values of the series that is drawn, for a terminal. */
export function plotValues({ series }: FieldSample, width: number, paint: Paint): string[] {
  const { key, values } = longestOf(series);
  return [paint('dim', `  values${key === '' ? '' : ` of ${key}`}`), ...panel(values, width - LABEL - 2, paint)];
}

/** What a configuration makes of them, with marks where a new epoch began. */
export function plotScores(
  title: string,
  options: FieldOptions,
  sample: FieldSample,
  width: number,
  paint: Paint,
): string[] {
  const { series, scores } = scoredSample(options, sample);
  const marks = markLine(scores.renormalizations, series.values.length, width - LABEL - 2);
  return [
    paint('dim', `  ${title}`),
    ...panel(scores.normalized, width - LABEL - 2, paint),
    ...(marks === '' ? [] : [`${' '.repeat(LABEL + 2)}${paint('yellow', marks)}`, paint('dim', '  ▲ a new epoch')]),
  ];
}

function longestOf(series: readonly SeriesSample[]): SeriesSample {
  return series.reduce((a, b) => (b.values.length > a.values.length ? b : a));
}

function panel(values: Float64Array, width: number, paint: Paint): string[] {
  const seen = values.filter((x) => Number.isFinite(x));
  if (seen.length === 0) return [paint('dim', `${' '.repeat(LABEL)}nothing yet`)];
  const [low, high] = [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))];
  const lines = braille(values, width, HEIGHT, low, high);
  return lines.map((line, r) => {
    const label = r === 0 ? significant(high, 3) : r === HEIGHT - 1 ? significant(low, 3) : '';
    return `${paint('dim', `${label.padStart(LABEL)} ┤`)}${paint('cyan', line)}`;
  });
}

function markLine(at: readonly number[], length: number, width: number): string {
  const line = new Array<string>(width).fill(' ');
  for (const index of at) line[Math.min(width - 1, Math.floor((index * width) / length))] = '▲';
  return line.join('').trimEnd();
}
