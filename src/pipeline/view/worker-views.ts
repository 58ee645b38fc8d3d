import { FollowedSeries } from './followed-series.js';
import { HappeningLog } from './happening-log.js';
import { inOrder } from './in-order.js';
import type { RemoteView } from './remote-view.js';
import type { Happening, SeriesDetail, SeriesPage, SeriesQuery, SeriesRow, SeriesView } from './series-view.js';

/** What happened, kept for those who come later. */
const MOST_HAPPENINGS = 500;

/** Series that are put together for those who look at them. */
const MOST_FOLLOWED = 64;

interface Followed {
  readonly series: FollowedSeries;
  /** While it is being asked for: many who look at one cost what one costs. */
  asking: Promise<void> | undefined;
}

/**
 * Several worker processes shown as one. A series keeps its id when its partition moves from one to another, and one that is looked at
 * keeps its points.
 */
export class WorkerViews implements SeriesView {
  readonly #views = new Map<string, RemoteView>();
  readonly #log = new HappeningLog(MOST_HAPPENINGS);
  /** Those of longest ago first. */
  readonly #followed = new Map<string, Followed>();

  /** A worker has begun, perhaps in the place of one that has ended. */
  began(worker: string, view: RemoteView): void {
    this.#views.set(worker, view);
  }

  ended(worker: string): void {
    this.#views.delete(worker);
    // Whoever comes in its place counts from the beginning.
    for (const { series } of this.#followed.values()) if (series.worker === worker) series.worker = '';
  }

  /** Takes what happened in a worker, or with it. */
  note(worker: string, { number: _, ...happening }: Omit<Happening, 'number'> & { number?: number }): void {
    this.#log.note({ ...happening, text: `worker ${worker}: ${happening.text}` });
  }

  /** Rows of the workers that answer in time. */
  async find(query: SeriesQuery): Promise<SeriesPage> {
    const { offset = 0, limit = 50, order = 'name', descending = false } = query;
    const asked = [...this.#views.values()].map((view) => view.find({ ...query, offset: 0, limit: offset + limit }));
    const pages = (await Promise.all(asked)).filter((page) => page !== undefined);
    const compare = inOrder(order, descending);
    // While a partition moves two may have it: the one with more values is ahead.
    const byId = new Map<string, SeriesRow>();
    for (const row of pages.flatMap(({ rows }) => rows))
      if (row.count >= (byId.get(row.id)?.count ?? 0)) byId.set(row.id, row);
    const rows = [...byId.values()]
      .map((row) => ({ row, ordered: { ...row, score: row.normalized ?? Number.NaN } }))
      .sort((a, b) => compare(a.ordered, b.ordered))
      .slice(offset, offset + limit)
      .map(({ row }): SeriesRow => row);
    const sum = (of: (page: SeriesPage) => number) => pages.reduce((total, page) => total + of(page), 0);
    return { matching: sum(({ matching }) => matching), total: sum(({ total }) => total), rows };
  }

  async read(id: string, from = 0): Promise<SeriesDetail | undefined> {
    const known = this.#followed.get(id);
    const followed = known ?? { series: new FollowedSeries(''), asking: undefined };
    followed.asking ??= this.#ask(id, followed.series).finally(() => {
      followed.asking = undefined;
    });
    await followed.asking;
    const detail = followed.series.read(from);
    if (detail === undefined) return undefined;
    this.#followed.delete(id);
    this.#followed.set(id, followed);
    for (const oldest of this.#followed.keys()) {
      if (this.#followed.size <= MOST_FOLLOWED) break;
      this.#followed.delete(oldest);
    }
    return detail;
  }

  happenings(after: number, limit: number): readonly Happening[] {
    return this.#log.after(after, limit);
  }

  /** Asks the worker that had the series last; where that one has it no more, all others. */
  async #ask(id: string, series: FollowedSeries): Promise<void> {
    const { worker, next } = series;
    const detail = await this.#views.get(worker)?.read(id, next);
    if (detail !== undefined) return series.take(worker, detail);
    const others = [...this.#views].filter(([name]) => name !== worker);
    await Promise.all(
      others.map(async ([name, view]) => {
        const found = await view.read(id, 0);
        if (found !== undefined) series.take(name, found);
      }),
    );
  }
}
