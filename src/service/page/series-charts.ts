import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Happening, SeriesDetail } from '../../pipeline/view/series-view.js';
import { byId } from './dom.js';
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

  constructor() {
    this.#make();
    new ResizeObserver(() => this.#resize()).observe(byId('raw'));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#make());
  }

  clear(): void {
    for (const column of Object.values(this.data) as Column[]) column.length = 0;
    this.#marks = [];
    this.#isZoomed = false;
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
    // A zoomed chart stays where it is while points go on coming.
    this.#raw?.setData([time, edge(1), edge(-1), center, value], !this.#isZoomed);
    this.#normalized?.setData([time, normalized], !this.#isZoomed);
    if (this.#isZoomed) {
      this.#raw?.redraw();
      this.#normalized?.redraw();
    }
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
        ...this.#common(210),
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
        ...this.#common(170),
        series: [
          { value: (_, x) => (x === null ? '–' : formatTime(x * 1000)) },
          line('normalized', 'raw', formatScore, 1.2),
        ],
        scales: { y: { range: (_, low, high) => [Math.min(-4, low ?? -4), Math.max(4, high ?? 4)] } },
      },
      [[], []],
      byId('normalized'),
    );
    this.#draw();
  }

  /** All values are seen; a band that is far wider than they are is cut. */
  #rawRange(low: number | null, high: number | null): [number, number] {
    const values = this.data.value.filter((x) => x !== null);
    if (values.length === 0 || low === null || high === null) return [0, 1];
    const least = Math.min(...values);
    const most = Math.max(...values);
    const room = Math.max(most - least, Math.abs(most) * 1e-9, 1e-12);
    return [Math.max(low, least - room) - 0.05 * room, Math.min(high, most + room) + 0.05 * room];
  }

  #common(height: number): Omit<uPlot.Options, 'series'> {
    const axis: uPlot.Axis = {
      stroke: color('quiet'),
      grid: { stroke: color('rule'), width: 1 },
      ticks: { stroke: color('rule'), width: 1 },
    };
    return {
      width: Math.max(200, byId('raw').clientWidth),
      height,
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
        draw: [(plot) => this.#drawMarks(plot)],
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

  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = color('drifted');
    ctx.fillStyle = color('drifted');
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const { at, change, kind } of this.#marks) {
      if (kind !== 'renormalization') continue;
      const x = plot.valToPos(at / 1000, 'x', true);
      if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (plot !== this.#raw) continue;
      const label = `◆ ${change?.cause ?? ''}`;
      const gap = 4 * devicePixelRatio;
      // Beside the line where there is room for it, else before it.
      const isCut = x + gap + ctx.measureText(label).width > bbox.left + bbox.width;
      ctx.textAlign = isCut ? 'right' : 'left';
      ctx.fillText(label, isCut ? x - gap : x + gap, bbox.top + 12 * devicePixelRatio);
    }
    ctx.restore();
  }

  #resize(): void {
    const width = Math.max(200, byId('raw').clientWidth);
    for (const plot of [this.#raw, this.#normalized])
      if (plot !== undefined && plot.width !== width) plot.setSize({ width, height: plot.height });
  }
}

function formatTick(x: number): string {
  const size = Math.abs(x);
  return size !== 0 && (size >= 1e7 || size < 1e-3) ? x.toExponential(1) : String(Number(x.toPrecision(7)));
}
