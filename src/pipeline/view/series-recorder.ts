import { firstOf } from './first-of.js';
import { HappeningLog } from './happening-log.js';
import { inOrder } from './in-order.js';
import { type ScoredPoint, type SeriesClock, SeriesHistory } from './series-history.js';
import type { Happening, SeriesDetail, SeriesPage, SeriesQuery, SeriesView } from './series-view.js';

export interface SeriesRecorderOptions {
  /** Points kept of each series: 40 bytes each. @defaultValue 1_200 */
  points?: number;
  /** Series that are recorded as they come; further ones only when they are admitted. @defaultValue 2_000 */
  maxSeries?: number;
  /** Series that are recorded because they were admitted; for a further one that of longest ago goes. @defaultValue 256 */
  maxAdmitted?: number;
  /** What happened, kept for those who come later. @defaultValue 500 */
  maxHappenings?: number;
}

/** Series that are told together: they have a clock in common, and their own names. */
export interface SeriesGroup {
  /** Tells apart series of the same key and field; part of their ids. */
  readonly name: string;
  readonly clock: SeriesClock;
}

/** Keeps the last observations of series in memory and shows them: the view of a pipeline that runs in this process. */
export class SeriesRecorder implements SeriesView {
  readonly #byId = new Map<string, SeriesHistory>();
  /** Ids, that of longest ago first. */
  readonly #admitted = new Set<string>();
  readonly #log: HappeningLog;
  readonly #points: number;
  readonly #maxSeries: number;
  readonly #maxAdmitted: number;
  readonly #own: SeriesGroup = { name: '', clock: { now: Number.NEGATIVE_INFINITY } };
  /** Grows when a series is dropped: whoever keeps histories looks them up again then. */
  dropped = 0;

  constructor({ points = 1200, maxSeries = 2000, maxAdmitted = 256, maxHappenings = 500 }: SeriesRecorderOptions = {}) {
    this.#points = points;
    this.#maxSeries = maxSeries;
    this.#maxAdmitted = maxAdmitted;
    this.#log = new HappeningLog(maxHappenings);
  }

  /** Takes in a scored observation; false when there are too many series for this one to be recorded. */
  observe(key: string, field: string, point: ScoredPoint, unit: string | null = null): boolean {
    const history = this.historyOf(key, field, this.#own, unit);
    history?.add(point);
    return history !== undefined;
  }

  /** Where the observations of a series go; undefined when there are too many series for this one to be recorded. */
  historyOf(key: string, field: string, group = this.#own, unit: string | null = null): SeriesHistory | undefined {
    const id = idOf(group, key, field);
    const known = this.#byId.get(id);
    if (known !== undefined || this.#byId.size - this.#admitted.size >= this.#maxSeries) return known;
    return this.#begin(id, key, field, group, unit);
  }

  /** Records a series because someone wants to see it, if need be in the place of another that was admitted. */
  admit(key: string, field: string, group = this.#own, unit: string | null = null): SeriesHistory {
    const id = idOf(group, key, field);
    const known = this.historyOf(key, field, group, unit);
    if (known !== undefined) {
      if (this.#admitted.delete(id)) this.#admitted.add(id);
      return known;
    }
    for (const oldest of this.#admitted) {
      if (this.#admitted.size < this.#maxAdmitted) break;
      this.#drop(oldest);
    }
    this.#admitted.add(id);
    return this.#begin(id, key, field, group, unit);
  }

  /** Drops the series of a group. */
  forget(group: SeriesGroup): void {
    for (const { id, clock } of this.#byId.values()) if (clock === group.clock) this.#drop(id);
  }

  /** Notes what happened, to a series where one is named. */
  note(happening: Omit<Happening, 'number' | 'series'>, of?: { key: string; field: string }, group = this.#own): void {
    if (of === undefined) this.#log.note(happening);
    else this.noteOf(idOf(group, of.key, of.field), happening);
  }

  /** Notes what happened to the series of an id. */
  noteOf(id: string, happening: Omit<Happening, 'number' | 'series'>): void {
    this.#byId.get(id)?.mark(this.#log.note({ ...happening, series: id }));
  }

  /** Under which a series is known, whether it is there yet or not. */
  idOf(group: Pick<SeriesGroup, 'name'>, key: string, field: string): string {
    return idOf(group, key, field);
  }

  find({ search = '', state, order = 'name', descending = false, offset = 0, limit = 50 }: SeriesQuery): SeriesPage {
    const wanted = search.toLowerCase();
    const found = [...this.#byId.values()].filter(
      (series) =>
        (wanted === '' || series.searchable.includes(wanted)) && (state === undefined || series.state === state),
    );
    const first = firstOf(found, offset + limit, inOrder(order, descending));
    return {
      matching: found.length,
      total: this.#byId.size,
      rows: first.slice(offset).map((series) => series.row()),
    };
  }

  read(id: string, from = 0): SeriesDetail | undefined {
    const series = this.#byId.get(id);
    return series && { row: series.row(), points: series.points(from), marks: [...series.marks] };
  }

  /** Which series an id is of. */
  seriesOf(id: string): SeriesHistory | undefined {
    return this.#byId.get(id);
  }

  happenings(after: number, limit: number): readonly Happening[] {
    return this.#log.after(after, limit);
  }

  #begin(id: string, key: string, field: string, { clock }: SeriesGroup, unit: string | null): SeriesHistory {
    const history = new SeriesHistory(id, key, field, unit, this.#points, clock);
    this.#byId.set(id, history);
    return history;
  }

  #drop(id: string): void {
    this.#byId.delete(id);
    this.#admitted.delete(id);
    this.dropped++;
  }
}

const idOf = ({ name }: Pick<SeriesGroup, 'name'>, key: string, field: string) =>
  `${name}${field.length}:${field}${key}`;
