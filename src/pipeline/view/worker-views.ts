import { HappeningLog } from './happening-log.js';
import { inOrder } from './in-order.js';
import type { RemoteView } from './remote-view.js';
import type { Happening, SeriesDetail, SeriesPage, SeriesQuery, SeriesRow, SeriesView } from './series-view.js';

/** What happened, kept for those who come later. */
const MOST_HAPPENINGS = 500;

/** Several worker processes shown as one. An id names its worker: `2/…`. */
export class WorkerViews implements SeriesView {
  readonly #views = new Map<string, RemoteView>();
  readonly #log = new HappeningLog(MOST_HAPPENINGS);

  /** A worker has begun, perhaps in the place of one that has ended. */
  began(worker: string, view: RemoteView): void {
    this.#views.set(worker, view);
  }

  ended(worker: string): void {
    this.#views.delete(worker);
  }

  /** Takes what happened in a worker, or with it. */
  note(worker: string, { number: _, series, ...happening }: Omit<Happening, 'number'> & { number?: number }): void {
    this.#log.note({
      ...happening,
      text: `worker ${worker}: ${happening.text}`,
      ...(series !== undefined && { series: idOf(worker, series) }),
    });
  }

  /** Rows of the workers that answer in time. */
  async find(query: SeriesQuery): Promise<SeriesPage> {
    const { offset = 0, limit = 50, order = 'name', descending = false } = query;
    const asked = [...this.#views].map(async ([worker, view]) => {
      const page = await view.find({ ...query, offset: 0, limit: offset + limit });
      return page && { ...page, rows: page.rows.map((row) => ({ ...row, id: idOf(worker, row.id) })) };
    });
    const pages = (await Promise.all(asked)).filter((page) => page !== undefined);
    const compare = inOrder(order, descending);
    const rows = pages
      .flatMap(({ rows }) => rows)
      .map((row) => ({ row, ordered: { ...row, score: row.normalized ?? Number.NaN } }))
      .sort((a, b) => compare(a.ordered, b.ordered))
      .slice(offset, offset + limit)
      .map(({ row }): SeriesRow => row);
    const sum = (of: (page: SeriesPage) => number) => pages.reduce((total, page) => total + of(page), 0);
    return { matching: sum(({ matching }) => matching), total: sum(({ total }) => total), rows };
  }

  async read(id: string, from = 0): Promise<SeriesDetail | undefined> {
    const cut = id.indexOf('/');
    const worker = id.slice(0, cut);
    const detail = await this.#views.get(worker)?.read(id.slice(cut + 1), from);
    const marks = detail?.marks.map((mark) => ({ ...mark, series: id }));
    return detail && { ...detail, row: { ...detail.row, id }, marks: marks ?? [] };
  }

  happenings(after: number, limit: number): readonly Happening[] {
    return this.#log.after(after, limit);
  }
}

const idOf = (worker: string, id: string) => `${worker}/${id}`;
