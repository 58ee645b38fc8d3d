import type { Happening, SeriesPage, SeriesRow, SeriesState } from '../../pipeline/view/series-view.js';
import type { Overview } from '../../service/overview.js';
import { sparkline } from '../demo/draw-plant.js';
import { formatValue } from '../demo/plant-view.js';
import { formatCount } from '../format-count.js';

export interface TopScreen {
  columns: number;
  rows: number;
  color: boolean;
}

/** What `top` shows. */
export interface TopView {
  url: string;
  overview: Overview;
  page: SeriesPage;
  happenings: readonly Happening[];
}

const STATE_CODES: Readonly<Record<SeriesState, number>> = {
  stable: 32,
  warning: 33,
  drifted: 35,
  flat: 36,
  silent: 31,
  warming: 2,
};
/** Lines of what happened, where there is room for them. */
const HAPPENINGS = 4;

/** A running service as lines: exactly `rows` of them, none wider than `columns`. */
export function drawTop({ url, overview, page, happenings }: TopView, { columns, rows, color }: TopScreen): string[] {
  const paint = (code: number, text: string) => (color && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text);
  const cut = (text: string) => plain(text).slice(0, columns);
  const happened = rows >= 16 ? happenings.slice(-HAPPENINGS).reverse() : [];
  const room = Math.max(0, rows - 6 - (rows >= 16 ? HAPPENINGS + 1 : 0));
  const lines = [
    paint(overview.ready ? 32 : 33, cut(` ${overview.ready ? 'ready' : overview.phase} · ${url}`)),
    cut(` ${figures(overview).slice(0, 5).join('   ')}`),
    cut(` ${figures(overview).slice(5).join('   ')}`),
    paint(33, cut(overview.reasons.length > 0 ? ` ${overview.reasons.join('; ')}` : '')),
    paint(1, cut(header(columns))),
    ...page.rows.slice(0, room).map((row) => {
      const { head, state, tail } = rowText(row, columns);
      const shown = cut(head);
      return `${shown}${paint(STATE_CODES[row.state], state.slice(0, Math.max(0, columns - shown.length)))}${tail}`;
    }),
  ];
  while (lines.length < 5 + room) lines.push('');
  if (rows >= 16) {
    lines.push(paint(2, cut(' what happened')));
    for (let i = 0; i < HAPPENINGS; i++) {
      const one = happened[i];
      lines.push(cut(one === undefined ? '' : ` ${new Date(one.at).toISOString().slice(11, 19)}  ${one.text}`));
    }
  }
  const shown = `${Math.min(room, page.rows.length)} of ${formatCount(page.total)} series`;
  lines.push(paint(2, cut(` ${shown}   q quit   s sort`)));
  return lines.slice(0, rows);
}

function figures(overview: Overview): string[] {
  const { recordsPerSecond, lag, latency50, latency99, series, deadLetters, renormalizations, restarts } = overview;
  const { memoryBytes, cores, backends } = overview;
  const orDash = (x: number | null, text: (x: number) => string) => (x === null ? '–' : text(x));
  const seconds = (x: number | null) =>
    orDash(x, (s) => (s < 1 ? `${(s * 1000).toFixed(s < 0.01 ? 1 : 0)} ms` : `${s.toFixed(1)} s`));
  const used = Object.keys(backends);
  return [
    `${orDash(recordsPerSecond, formatCount)} records/s`,
    `lag ${orDash(lag, formatCount)}`,
    `p50 ${seconds(latency50)}`,
    `p99 ${seconds(latency99)}`,
    `${formatCount(series)} series`,
    `${formatCount(renormalizations)} renormalized`,
    `${formatCount(deadLetters)} dead letters`,
    `${formatCount(restarts)} restarts`,
    `${(memoryBytes / 1e6).toFixed(0)} MB`,
    `cpu ${orDash(cores, (x) => `${(100 * x).toFixed(0)} %`)}`,
    ...(used.length > 0 ? [used.join(', ')] : []),
  ];
}

/** What is left of a line for the name, and whether center, scale and recent scores have room. */
function layout(columns: number): { name: number; isWide: boolean; spark: number } {
  const isWide = columns >= 90;
  const spark = columns >= 110 ? 24 : 0;
  return { name: Math.max(8, columns - 37 - (isWide ? 28 : 0) - (spark > 0 ? spark + 1 : 0)), isWide, spark };
}

function header(columns: number): string {
  const { name, isWide } = layout(columns);
  return ` ${'series'.padEnd(name)}${'value'.padStart(10)}${'normalized'.padStart(11)}${isWide ? `${'center'.padStart(10)}${'scale'.padStart(10)}${'count'.padStart(8)}` : ''}${'epoch'.padStart(6)}  state`;
}

function rowText(row: SeriesRow, columns: number): { head: string; state: string; tail: string } {
  const { name, isWide, spark } = layout(columns);
  const { key, field, value, normalized, center, scale, count, epoch, state, recent } = row;
  const title = plain(field === '' || field === 'value' ? key : `${key} · ${field}`);
  const short = title.length < name ? title : `${title.slice(0, name - 2)}…`;
  const score = normalized === null ? '·' : `${normalized >= 0 ? '+' : ''}${normalized.toFixed(2)}`;
  const details = isWide
    ? `${text(center).padStart(10)}${text(scale).padStart(10)}${formatCount(count).padStart(8)}`
    : '';
  return {
    head: ` ${short.padEnd(name)}${text(value).padStart(10)}${score.slice(0, 10).padStart(11)}${details}${String(epoch).padStart(6)}`,
    state: `  ${state.padEnd(8)}`,
    tail:
      spark > 0
        ? sparkline(
            recent.filter((one) => one !== null),
            spark,
          )
        : '',
  };
}

const text = (x: number | null) => (x === null ? '·' : formatValue(x));

/** Keys come from strangers: nothing in them may steer the terminal. */
function plain(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return words.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}
