import { firstOf } from './first-of.js';
import { type ScoredPoint, SeriesHistory } from './series-history.js';
import type { Happening, SeriesDetail, SeriesOrder, SeriesPage, SeriesQuery, SeriesView } from './series-view.js';

export interface SeriesRecorderOptions {
  /** Points kept of each series: 40 bytes each. @defaultValue 1_200 */
  points?: number;
  /** Series that are recorded; further ones are not shown. @defaultValue 2_000 */
  maxSeries?: number;
  /** What happened, kept for those who come later. @defaultValue 500 */
  maxHappenings?: number;
}

const STATE_ORDER = ['warning', 'drifted', 'flat', 'silent', 'warming', 'stable'];

/** Rows that are answered at most. */
const MOST_ROWS = 500;

/** Keeps the last observations of series in memory and shows them: the view of a pipeline that runs in this process. */
export class SeriesRecorder implements SeriesView {
  readonly #byId = new Map<string, SeriesHistory>();
  readonly #points: number;
  readonly #maxSeries: number;
  readonly #maxHappenings: number;
  readonly #happenings: Happening[] = [];
  #happened = 0;
  #now = Number.NEGATIVE_INFINITY;

  constructor({ points = 1200, maxSeries = 2000, maxHappenings = 500 }: SeriesRecorderOptions = {}) {
    this.#points = points;
    this.#maxSeries = maxSeries;
    this.#maxHappenings = maxHappenings;
  }

  /** Takes in a scored observation; false when there are too many series for this one to be recorded. */
  observe(key: string, field: string, point: ScoredPoint, unit: string | null = null): boolean {
    const id = idOf(key, field);
    let history = this.#byId.get(id);
    if (history === undefined) {
      if (this.#byId.size >= this.#maxSeries) return false;
      history = new SeriesHistory(id, key, field, unit, this.#points);
      this.#byId.set(id, history);
    }
    history.add(point);
    if (point.time > this.#now) this.#now = point.time;
    return true;
  }

  /** Notes what happened, to a series where one is named. */
  note(happening: Omit<Happening, 'number' | 'series'>, of?: { key: string; field: string }): void {
    const series = of && idOf(of.key, of.field);
    const numbered = { ...happening, number: ++this.#happened, ...(series !== undefined && { series }) };
    this.#happenings.push(numbered);
    if (this.#happenings.length > this.#maxHappenings) this.#happenings.shift();
    if (series !== undefined) this.#byId.get(series)?.mark(numbered);
  }

  find({ search = '', state, order = 'name', descending = false, offset = 0, limit = 50 }: SeriesQuery): SeriesPage {
    const wanted = search.toLowerCase();
    const found = [...this.#byId.values()].filter(
      (series) =>
        (wanted === '' || series.searchable.includes(wanted)) &&
        (state === undefined || series.state(this.#now) === state),
    );
    const compare = this.#comparison(order);
    const first = firstOf(found, offset + Math.min(limit, MOST_ROWS), descending ? (a, b) => compare(b, a) : compare);
    return {
      matching: found.length,
      total: this.#byId.size,
      rows: first.slice(offset).map((series) => series.row(this.#now)),
    };
  }

  read(id: string, from = 0): SeriesDetail | undefined {
    const series = this.#byId.get(id);
    return series && { row: series.row(this.#now), points: series.points(from), marks: [...series.marks] };
  }

  happenings(after: number, limit: number): readonly Happening[] {
    return this.#happenings.filter(({ number }) => number > after).slice(-limit);
  }

  #comparison(order: SeriesOrder): (a: SeriesHistory, b: SeriesHistory) => number {
    const byName = (a: SeriesHistory, b: SeriesHistory) => compareText(a.key, b.key) || compareText(a.field, b.field);
    const by = (measure: (series: SeriesHistory) => number) => (a: SeriesHistory, b: SeriesHistory) =>
      measure(a) - measure(b) || byName(a, b);
    switch (order) {
      case 'name':
        return byName;
      case 'score':
        return by(({ score }) => (Number.isNaN(score) ? -1 : Math.abs(score)));
      case 'count':
        return by(({ count }) => count);
      case 'epoch':
        return by(({ epoch }) => epoch);
      case 'state':
        return by((series) => STATE_ORDER.indexOf(series.state(this.#now)));
    }
  }
}

const idOf = (key: string, field: string) => `${field.length}:${field}${key}`;

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
