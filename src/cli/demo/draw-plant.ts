import { formatCount } from '../format-count.js';
import { formatValue, type PlantView, type SensorView } from './plant-view.js';

export interface Screen {
  columns: number;
  rows: number;
  color: boolean;
  isPaused: boolean;
  /** Readings per second, as measured. */
  rate: number;
  /** Where the page is served; absent: nowhere. */
  url?: string;
}

const BARS = '▁▂▃▄▅▆▇█';
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;
type Style = keyof typeof CODES;

const STATE_STYLES: Readonly<Record<SensorView['state'], Style>> = {
  warming: 'dim',
  ok: 'green',
  spike: 'red',
  high: 'yellow',
  low: 'yellow',
  stuck: 'magenta',
};

/** The screen as lines: exactly `rows` of them, none wider than `columns`. */
export function drawPlant(view: PlantView, screen: Screen): string[] {
  const { columns, rows, color, isPaused, rate, url } = screen;
  const paint = (style: Style, text: string) => (color ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
  const sensors = [...view.sensors.values()];
  const eventRows = rows >= 30 ? 6 : rows >= 16 ? 3 : 0;
  const room = Math.max(0, rows - 4 - (eventRows > 0 ? eventRows + 1 : 0));
  const hidden = sensors.length - room;
  const lines = [
    line(columns, paint, [
      ['bold', ' streamnorm '],
      [
        'dim',
        `simulated plant · ${sensors.length} sensors · ${formatCount(view.readings)} readings · ${formatCount(rate)}/s`,
      ],
      ...(isPaused ? ([['yellow', ' · paused']] as const) : []),
    ]),
    '',
    line(columns, paint, [['dim', header(columns)]]),
    ...sensors.slice(0, room).map((sensor) => sensorLine(sensor, columns, paint)),
  ];
  while (lines.length < 3 + room) lines.push('');
  if (eventRows > 0) {
    lines.push(
      line(columns, paint, [['dim', hidden > 0 ? ` ${hidden} more sensors: enlarge the window` : ' what happened']]),
    );
    const events = view.events.slice(-eventRows);
    for (let i = 0; i < eventRows; i++) lines.push(line(columns, paint, [['cyan', ` ${events[i] ?? ''}`]]));
  }
  lines.push(
    line(columns, paint, [
      ['dim', ' q quit   p pause   '],
      url === undefined
        ? ['dim', 'normalized = (x − center) / scale, by what came before']
        : ['cyan', `live page: ${url}`],
    ]),
  );
  return lines.slice(0, rows);
}

/** Which columns fit: center and scale first, then the count; the sparkline takes what is left. */
function layout(columns: number): { center: boolean; count: boolean; spark: number } {
  const count = columns >= 100;
  const center = columns >= 76;
  return { center, count, spark: Math.max(0, columns - (count ? 82 : center ? 74 : 54)) };
}

function header(columns: number): string {
  const { center, count } = layout(columns);
  const details = `${center ? `${'center'.padStart(10)}${'scale'.padStart(10)}` : ''}${count ? 'count'.padStart(8) : ''}`;
  return ` ${'sensor'.padEnd(15)}${'raw'.padStart(10)} ${'unit'.padEnd(5)}${'normalized'.padStart(11)}${details}  ${'state'.padEnd(8)}`;
}

function sensorLine(sensor: SensorView, columns: number, paint: (style: Style, text: string) => string): string {
  const shown = layout(columns);
  const { name, unit, value, normalized, center, scale, count, state, scores } = sensor;
  const score = normalized === null ? '·' : `${normalized >= 0 ? '+' : ''}${normalized.toFixed(2)}`;
  const size = Math.abs(normalized ?? 0);
  return line(columns, paint, [
    [undefined, ` ${name.slice(0, 14).padEnd(15)}${formatValue(value).padStart(10)} ${unit.slice(0, 5).padEnd(5)}`],
    [size >= 5 ? 'red' : size >= 3 ? 'yellow' : undefined, score.slice(0, 10).padStart(11)],
    ['dim', shown.center ? `${formatValue(center).padStart(10)}${formatValue(scale).padStart(10)}` : ''],
    ['dim', shown.count ? formatCount(count).padStart(8) : ''],
    [STATE_STYLES[state], `  ${state.padEnd(8)}`],
    [undefined, ` ${sparkline(scores, shown.spark)}`],
  ]);
}

/** The last `width` scores as bars from −4 to 4 scales. */
export function sparkline(scores: readonly number[], width: number): string {
  return scores
    .slice(Math.max(0, scores.length - width))
    .map((score) => BARS[Math.min(7, Math.max(0, Math.floor(score + 4)))])
    .join('')
    .padStart(width > 0 ? width : 0);
}

/** Joins parts, cut at the width of the screen before they are painted. */
function line(
  columns: number,
  paint: (style: Style, text: string) => string,
  parts: readonly (readonly [Style | undefined, string])[],
): string {
  let left = columns;
  let text = '';
  for (const [style, part] of parts) {
    const shown = [...part].slice(0, left).join('');
    left -= [...shown].length;
    text += style === undefined ? shown : paint(style, shown);
  }
  return text;
}
