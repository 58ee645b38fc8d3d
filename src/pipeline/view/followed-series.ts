import type { Happening, SeriesDetail, SeriesPoints, SeriesRow } from './series-view.js';

/** Points that are kept of a series. */
const MOST_POINTS = 1_200;
/** Marks that are kept of a series. */
const MOST_MARKS = 50;

const NAMES = ['time', 'value', 'normalized', 'center', 'scale'] as const;

type Columns = { -readonly [K in Exclude<keyof SeriesPoints, 'from'>]: SeriesPoints[K][number][] };

/**
 * A series that someone looks at, put together from what the processes tell that had it one after the other: each begins anew with what
 * it has scored itself, and its numbers of points are its own.
 */
export class FollowedSeries {
  /** Who had it last, empty when that one has ended, and the next of its points to be asked for, by the numbers of that process. */
  worker: string;
  next = 0;
  readonly #columns: Columns = { time: [], value: [], normalized: [], center: [], scale: [] };
  /** Number of the first point that is kept, by the numbers given here. */
  #first = 0;
  #marks: Happening[] = [];
  #row: SeriesRow | undefined;
  /** Up to when another process has told. */
  #told = Number.NEGATIVE_INFINITY;

  constructor(worker: string) {
    this.worker = worker;
  }

  /** Takes in what the process told that has it now, asked for its points from `next` on. */
  take(worker: string, { row, points, marks }: SeriesDetail): void {
    const { time, from } = points;
    if (worker !== this.worker) {
      this.worker = worker;
      this.#told = this.#columns.time.at(-1) ?? this.#told;
    }
    this.next = from + time.length;
    this.#row = row;
    for (let i = 0; i < time.length; i++) {
      if (time[i]! <= this.#told) continue;
      for (const name of NAMES) (this.#columns[name] as (number | null)[]).push(points[name][i]!);
    }
    const surplus = this.#columns.time.length - MOST_POINTS;
    if (surplus > 0) {
      for (const name of NAMES) this.#columns[name].splice(0, surplus);
      this.#first += surplus;
    }
    const known = new Set(this.#marks.map(({ at, text }) => `${at} ${text}`));
    this.#marks.push(...marks.filter(({ at, text }) => !known.has(`${at} ${text}`)));
    this.#marks = this.#marks.slice(-MOST_MARKS);
  }

  /** All that is known of it, and its points from number `from` on; undefined before anyone has told of it. */
  read(from: number): SeriesDetail | undefined {
    if (this.#row === undefined) return undefined;
    const begin = Math.min(Math.max(0, from - this.#first), this.#columns.time.length);
    const rest = <T>(column: readonly T[]) => column.slice(begin);
    const { time, value, normalized, center, scale } = this.#columns;
    const points: SeriesPoints = {
      from: this.#first + begin,
      time: rest(time),
      value: rest(value),
      normalized: rest(normalized),
      center: rest(center),
      scale: rest(scale),
    };
    return { row: this.#row, points, marks: [...this.#marks] };
  }
}
