const WIDTH = 960;
const MARGIN = { left: 72, right: 16, top: 28, bottom: 22 };
/** More points than this are drawn as the extent of what falls into a pixel. */
const POINTS = 1600;

/** A line, with what is around it. */
export interface SvgPanel {
  title: string;
  values: Float64Array;
  /** Drawn as a band behind the line. */
  band?: { low: Float64Array; high: Float64Array };
  /** Drawn as vertical marks. */
  marks?: readonly number[];
  /** Stretches to be shaded: first and last index. */
  windows?: readonly (readonly [number, number])[];
  height?: number;
}

/** Panels one below the other, as a file of its own that adapts to light and dark. */
export function svgDocument(panels: readonly SvgPanel[]): string {
  let y = 0;
  const parts = panels.map((panel) => {
    const height = panel.height ?? 180;
    const part = `<g transform="translate(0 ${y})">${drawPanel(panel, height)}</g>`;
    y += height;
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, sans-serif" font-size="12">
<style>
.page{fill:#fff}.text{fill:#333}.title{fill:#111;font-weight:600}.axis{stroke:#ccc}.line{stroke:#0b62a4;fill:none}.band{fill:#0b62a4;opacity:.15}.mark{stroke:#c2410c}.window{fill:#c2410c;opacity:.12}
@media(prefers-color-scheme:dark){.page{fill:#16181d}.text{fill:#bbb}.title{fill:#eee}.axis{stroke:#444}.line{stroke:#6cb4ee}.band{fill:#6cb4ee}.mark{stroke:#fb923c}.window{fill:#fb923c}}
</style>
<rect class="page" width="100%" height="100%"/>
${parts.join('\n')}
</svg>
`;
}

function drawPanel({ title, values, band, marks = [], windows = [] }: SvgPanel, height: number): string {
  const [low, high] = extentOf(band ? [values, band.low, band.high] : [values]);
  const n = values.length;
  const x = (i: number) => MARGIN.left + (i / Math.max(1, n - 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  // Halves, for the distance of the largest doubles is no double.
  const share = (v: number) => (Math.min(Math.max(v, low), high) / 2 - low / 2) / (high / 2 - low / 2 || 1);
  const y = (v: number) => MARGIN.top + (1 - share(v)) * (height - MARGIN.top - MARGIN.bottom);
  const bottom = height - MARGIN.bottom;
  const shade = windows.map(
    ([from, to]) =>
      `<rect class="window" x="${round(x(from))}" y="${MARGIN.top}" width="${round(Math.max(1, x(to) - x(from)))}" height="${bottom - MARGIN.top}"/>`,
  );
  const ticks = [low, low / 2 + high / 2, high].map(
    (v) =>
      `<line class="axis" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(y(v))}" y2="${round(y(v))}"/><text class="text" x="${MARGIN.left - 6}" y="${round(y(v) + 4)}" text-anchor="end">${label(v)}</text>`,
  );
  return [
    `<text class="title" x="${MARGIN.left}" y="17">${escapeXml(title)}</text>`,
    ...shade,
    ...ticks,
    band ? bandPath(band, x, y) : '',
    `<path class="line" d="${linePath(values, x, y)}"/>`,
    ...marks.map(
      (i) => `<line class="mark" x1="${round(x(i))}" x2="${round(x(i))}" y1="${MARGIN.top}" y2="${bottom}"/>`,
    ),
  ].join('');
}

type Axis = (value: number) => number;

/** NaN breaks the line. */
function linePath(values: Float64Array, x: Axis, y: Axis): string {
  const step = Math.max(1, (2 * values.length) / POINTS);
  let path = '';
  let isOpen = false;
  for (let from = 0; from < values.length; from += step) {
    const piece = values.subarray(Math.floor(from), Math.max(Math.floor(from) + 1, Math.floor(from + step)));
    const seen = piece.filter((v) => Number.isFinite(v));
    if (seen.length === 0) {
      isOpen = false;
      continue;
    }
    const ends = seen.length === 1 ? seen : [Math.min(...seen), Math.max(...seen)];
    for (const v of ends) {
      path += `${isOpen ? 'L' : 'M'}${round(x(from))} ${round(y(v))}`;
      isOpen = true;
    }
  }
  return path;
}

function bandPath({ low, high }: { low: Float64Array; high: Float64Array }, x: Axis, y: Axis): string {
  const step = Math.max(1, Math.floor((2 * low.length) / POINTS));
  const indices = Array.from({ length: Math.ceil(low.length / step) }, (_, k) => k * step).filter((i) =>
    Number.isFinite(low[i]! + high[i]!),
  );
  if (indices.length === 0) return '';
  const there = indices.map((i) => `${round(x(i))} ${round(y(high[i]!))}`);
  const back = indices.reverse().map((i) => `${round(x(i))} ${round(y(low[i]!))}`);
  return `<path class="band" d="M${[...there, ...back].join('L')}Z"/>`;
}

function extentOf(lines: readonly Float64Array[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines)
    for (const v of line) {
      if (!Number.isFinite(v)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  return low <= high ? [low, high] : [0, 1];
}

function label(v: number): string {
  return String(Number(v.toPrecision(4)));
}

function round(v: number): string {
  return String(Math.round(v * 10) / 10);
}

function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // Control characters have no place in XML, escaped or not.
  const isAllowed = (c: string) => c >= ' ' && c !== '\ufffe' && c !== '\uffff';
  return [...text].map((c) => (isAllowed(c) ? (names[c] ?? c) : ' ')).join('');
}
