import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Happening, SeriesDetail } from '../../pipeline/view/series-view.js';
import { byId, element, setText } from './dom.js';
import { formatScore, formatTime, formatValue } from './format.js';

type Column = (number | null)[];

/** What is drawn of a series. */
export interface SeriesData {
  time: number[];
  value: Column;
  normalized: Column;
  center: Column;
  scale: Column;
}

/** Points that the page keeps of the series it shows. */
const MOST_POINTS = 2400;
/** Of these, the last so many are shown unless a part of them is chosen. */
const SHOWN = 600;
/** Scores that are drawn as far out as they are; what is further out is cut, and told. */
const MOST_SCORE = 10;
/** Half the width of the band, in scales. */
const BAND = 3;

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Raw values with their band, and the normalized values beneath, on one time axis. */
export class SeriesCharts {
  readonly data: SeriesData = { time: [], value: [], normalized: [], center: [], scale: [] };
  #marks: readonly Happening[] = [];
  #raw: uPlot | undefined;
  #normalized: uPlot | undefined;
  #isZoomed = false;
  /** Where the pointer is; else what came last is told. */
  #at: number | null = null;

  constructor() {
    this.#make();
    const resized = new ResizeObserver(() => this.#resize());
    for (const id of ['raw', 'normalized']) resized.observe(byId(id));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#make());
  }

  clear(): void {
    for (const column of Object.values(this.data) as Column[]) column.length = 0;
    this.#marks = [];
    this.#isZoomed = false;
    this.#at = null;
  }

  /** Adds what is new, and draws. */
  add({ points, marks }: SeriesDetail): void {
    const { data } = this;
    data.time.push(...points.time.map((ms) => ms / 1000));
    data.value.push(...points.value);
    data.normalized.push(...points.normalized);
    data.center.push(...points.center);
    data.scale.push(...points.scale);
    const surplus = data.time.length - MOST_POINTS;
    if (surplus > 0) for (const column of Object.values(data) as Column[]) column.splice(0, surplus);
    this.#marks = marks;
    this.#draw();
  }

  /** Both charts as one picture. */
  toBlob(title: string): Promise<Blob | null> {
    const canvases = [this.#raw, this.#normalized].flatMap((plot) => (plot === undefined ? [] : [plot.ctx.canvas]));
    const out = document.createElement('canvas');
    const head = 28 * devicePixelRatio;
    out.width = Math.max(...canvases.map(({ width }) => width));
    out.height = head + canvases.reduce((sum, { height }) => sum + height, 0);
    const context = out.getContext('2d')!;
    context.fillStyle = color('panel');
    context.fillRect(0, 0, out.width, out.height);
    context.fillStyle = color('ink');
    context.font = `${14 * devicePixelRatio}px system-ui, sans-serif`;
    context.fillText(title, 10 * devicePixelRatio, 19 * devicePixelRatio);
    let y = head;
    for (const canvas of canvases) {
      context.drawImage(canvas, 0, y);
      y += canvas.height;
    }
    return new Promise((resolve) => out.toBlob(resolve, 'image/png'));
  }

  #draw(): void {
    const { time, value, normalized, center, scale } = this.data;
    const edge = (sign: number) =>
      center.map((c, i) => (c === null || scale[i] == null ? null : c + sign * BAND * scale[i]!));
    const plots = [this.#raw, this.#normalized];
    this.#raw?.setData([time, edge(1), edge(-1), center, value], false);
    this.#normalized?.setData([time, normalized], false);
    // A zoomed chart stays where it is while points go on coming.
    if (this.#isZoomed) for (const plot of plots) plot?.redraw();
    else if (time.length > 0) {
      const x = { min: time[Math.max(0, time.length - SHOWN)]!, max: time.at(-1)! };
      for (const plot of plots) plot?.setScale('x', x);
    }
    this.#tell();
  }

  /** What the lines are, and their values where the pointer is, or the last. */
  #tell(): void {
    const { time, value, normalized, center, scale } = this.data;
    const i = this.#at ?? time.length - 1;
    const when = this.#at === null ? '' : `at ${formatTime(time[i]! * 1000)}`;
    setKey(byId('raw-key'), [
      ['value', `value ${formatValue(value[i] ?? null)}`],
      ['center', `center ${formatValue(center[i] ?? null)}`],
      ['band', `± ${BAND} × ${formatValue(scale[i] ?? null)}`],
      ['', when],
    ]);
    setKey(byId('normalized-key'), [
      ['value', `score ${formatScore(normalized[i] ?? null)}`],
      ['band', `± ${BAND}`],
      ['', when],
    ]);
  }

  #make(): void {
    this.#raw?.destroy();
    this.#normalized?.destroy();
    const line = (label: string, stroke: string, value: (x: number | null) => string, width = 1): uPlot.Series => ({
      label,
      stroke: color(stroke),
      width,
      points: { show: false },
      value: (_, x) => value(x),
    });
    const edge = (label: string): uPlot.Series => ({ ...line(label, 'center', formatValue), width: 0 });
    this.#raw = new uPlot(
      {
        ...this.#common('raw'),
        series: [
          { value: (_, x) => (x === null ? '–' : formatTime(x * 1000)) },
          edge('band above'),
          edge('below'),
          line('center', 'center', formatValue, 1.5),
          line('value', 'raw', formatValue, 1.2),
        ],
        bands: [{ series: [1, 2], fill: color('band') }],
        scales: { y: { range: (_, low, high) => this.#rawRange(low, high) } },
      },
      [[], [], [], [], []],
      byId('raw'),
    );
    this.#normalized = new uPlot(
      {
        ...this.#common('normalized'),
        series: [
          { value: (_, x) => (x === null ? '–' : formatTime(x * 1000)) },
          line('normalized', 'raw', formatScore, 1.2),
        ],
        scales: {
          y: {
            range: (_, low, high) => [
              Math.max(-MOST_SCORE, Math.min(-4, low ?? -4)),
              Math.min(MOST_SCORE, Math.max(4, high ?? 4)),
            ],
          },
        },
      },
      [[], []],
      byId('normalized'),
    );
    this.#draw();
  }

  /** All values are seen; a band that is far wider than they are is cut. */
  #rawRange(low: number | null, high: number | null): [number, number] {
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = this.#raw?.scales.x ?? {};
    const { time, value } = this.data;
    const values = value.filter((x, i) => x !== null && time[i]! >= min && time[i]! <= max) as number[];
    if (values.length === 0 || low === null || high === null) return [0, 1];
    const least = Math.min(...values);
    const most = Math.max(...values);
    const room = Math.max(most - least, Math.abs(most) * 1e-9, 1e-12);
    return [Math.max(low, least - room) - 0.05 * room, Math.min(high, most + room) + 0.05 * room];
  }

  #common(id: string): Omit<uPlot.Options, 'series'> {
    const axis: uPlot.Axis = {
      stroke: color('quiet'),
      grid: { stroke: color('rule'), width: 1 },
      ticks: { stroke: color('rule'), width: 1 },
    };
    return {
      ...sizeOf(id),
      legend: { show: false },
      padding: [6, 20, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      cursor: { sync: { key: 'series' }, drag: { x: true, y: false } },
      axes: [
        {
          ...axis,
          space: 70,
          size: 32,
          values: (_, ticks, __, ___, step) =>
            ticks.map((tick) => formatTime(tick * 1000).slice(0, step % 60 === 0 ? 5 : 8)),
        },
        { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => formatTick(tick)) },
      ],
      hooks: {
        drawAxes: [(plot) => this.#drawGuides(plot)],
        draw: [(plot) => this.#drawMarks(plot), (plot) => this.#tellCut(plot)],
        setCursor: [
          ({ cursor }) => {
            const at = cursor.idx ?? null;
            if (at === this.#at) return;
            this.#at = at;
            this.#tell();
          },
        ],
        setSelect: [
          (plot) => {
            this.#isZoomed = plot.select.width > 0;
            this.#zoomOther(plot);
          },
        ],
        ready: [
          (plot) =>
            plot.over.addEventListener('dblclick', () => {
              this.#isZoomed = false;
              this.#draw();
            }),
        ],
      },
    };
  }

  #zoomOther(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width === 0) return;
    const other = plot === this.#raw ? this.#normalized : this.#raw;
    other?.setScale('x', { min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') });
  }

  /** ±3 in the lower chart. */
  #drawGuides(plot: uPlot): void {
    if (plot !== this.#normalized) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = color('band');
    const top = plot.valToPos(BAND, 'y', true);
    ctx.fillRect(bbox.left, top, bbox.width, plot.valToPos(-BAND, 'y', true) - top);
    ctx.restore();
  }

  /** Scores that are cut, in figures. */
  #tellCut(plot: uPlot): void {
    if (plot !== this.#normalized) return;
    const { ctx, bbox } = plot;
    const { time, normalized } = this.data;
    const unit = devicePixelRatio;
    ctx.save();
    ctx.fillStyle = color('warning');
    ctx.font = `600 ${11 * unit}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    let end = bbox.left;
    for (const [i, score] of normalized.entries()) {
      if (score === null || Math.abs(score) <= MOST_SCORE) continue;
      const left = plot.valToPos(time[i]!, 'x', true) + 4 * unit;
      const text = formatScore(score);
      const { width } = ctx.measureText(text);
      if (left < end || left + width > bbox.left + bbox.width) continue;
      end = left + width + 6 * unit;
      ctx.fillText(text, left, score > 0 ? bbox.top + 7 * unit : bbox.top + bbox.height - 7 * unit);
    }
    ctx.restore();
  }

  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const unit = devicePixelRatio;
    ctx.save();
    ctx.textBaseline = 'alphabetic';
    ctx.textAlign = 'left';
    ctx.lineWidth = 1.5 * unit;
    ctx.font = `600 ${11 * unit}px system-ui, sans-serif`;
    ctx.setLineDash([4 * unit, 3 * unit]);
    /** Where the last words of each line of words end: what has no room is not written. */
    const ends = { renormalization: bbox.left, poke: bbox.left };
    for (const mark of this.#marks) {
      const x = plot.valToPos(mark.at / 1000, 'x', true);
      if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
      const isChange = mark.kind === 'renormalization';
      // A correction of a slow drift is no event of its own: a thin line, without words.
      const isDrift = mark.change?.cause === 'drift';
      ctx.globalAlpha = isDrift ? 0.45 : 1;
      ctx.strokeStyle = ctx.fillStyle = color(isChange ? 'drifted' : 'quiet');
      if (isChange) {
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
      if (plot !== this.#raw || isDrift) continue;
      const label = isChange ? `◆ ${changeOf(mark)}` : `▾ ${mark.text.slice(mark.text.lastIndexOf(': ') + 2)}`;
      const { width } = ctx.measureText(label);
      const gap = 5 * unit;
      // Beside the line where there is room for it, else before it.
      const left = x + gap + width > bbox.left + bbox.width ? x - gap - width : x + gap;
      const line = isChange ? 'renormalization' : 'poke';
      if (left < ends[line]) continue;
      ends[line] = left + width + gap;
      ctx.fillText(label, isChange ? left : left - gap - 4 * unit, bbox.top + (isChange ? 12 : 26) * unit);
    }
    ctx.restore();
  }

  #resize(): void {
    const sized = [
      ['raw', this.#raw],
      ['normalized', this.#normalized],
    ] as const;
    for (const [id, plot] of sized) {
      const size = sizeOf(id);
      if (plot !== undefined && (plot.width !== size.width || plot.height !== size.height)) plot.setSize(size);
    }
  }
}

/** What a renormalization changed, in few words. */
function changeOf({ change }: Happening): string {
  if (change === undefined) return '';
  const { cause, oldCenter, newCenter, oldScale, newScale } = change;
  const [from, to] = cause === 'scale' ? [oldScale, newScale] : [oldCenter, newCenter];
  return `${cause} ${formatValue(from)} → ${formatValue(to)}`;
}

function sizeOf(id: string): { width: number; height: number } {
  const { clientWidth, clientHeight } = byId(id);
  return { width: Math.max(200, clientWidth), height: Math.max(120, clientHeight) };
}

/** Words with a sample of the line or area that they are of. */
function setKey(at: HTMLElement, parts: readonly (readonly [kind: string, text: string])[]): void {
  while (at.childElementCount < parts.length) at.append(element('span'));
  for (const [i, [kind, text]] of parts.entries()) {
    const part = at.children[i]!;
    part.className = `sample ${kind}`;
    setText(part, text);
  }
}

function formatTick(x: number): string {
  const size = Math.abs(x);
  return size !== 0 && (size >= 1e7 || size < 1e-3) ? x.toExponential(1) : String(Number(x.toPrecision(7)));
}
