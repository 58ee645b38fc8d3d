import type { SeriesOrder, SeriesQuery, SeriesState, SeriesView } from '../pipeline/view/series-view.js';
import type { EventClient } from './event-client.js';
import type { Operations } from './operations-routes.js';
import { OverviewMeter } from './overview.js';
import { json, jsonText, type Route, text } from './route.js';
import { SharedAnswers } from './shared-answers.js';

/** ms between two messages of new points and events to a page, of rows, and of the overview. */
const POINTS_EVERY = 250;
const ROWS_EVERY = 1000;
const OVERVIEW_EVERY = 1000;

/** Rows of a page, and events that one who comes anew is told. */
const MOST_ROWS = 200;
const PAST_EVENTS = 100;

const ORDERS: readonly string[] = ['name', 'score', 'count', 'epoch', 'state'] satisfies SeriesOrder[];
const STATES: readonly string[] = ['warming', 'stable', 'warning', 'drifted', 'flat', 'silent'] satisfies SeriesState[];

export interface Abilities {
  /** Whether there is a simulated plant that takes pokes at `/api/plant/pokes`. @defaultValue false */
  pokes?: boolean;
  /** The series to look at first. @defaultValue none in particular */
  show?: string;
  /** Told when a page begins to listen. */
  opened?: () => void;
}

/**
 * What the page and other programs read of series: `/api/overview`, `/api/series`, `/api/series/:id`, `/api/events`, and `/api/live`, which
 * sends all that as it changes. However fast records come, a page is sent at most four messages of points a second.
 */
export function seriesRoutes(view: SeriesView, { metrics, health }: Operations, abilities: Abilities = {}): Route[] {
  const meter = new OverviewMeter();
  // A little less than the time between two messages, so that each page is sent something new each time.
  const overviews = new SharedAnswers(OVERVIEW_EVERY - 50);
  const readOverview = () => overviews.ask('', async () => meter.read(await metrics(), health(), performance.now()));
  const pages = new SharedAnswers(ROWS_EVERY - 50);
  const find = (query: SeriesQuery) => pages.ask(JSON.stringify(query), () => view.find(query));
  return [
    {
      method: 'GET',
      path: '/api/overview',
      handle: async () => jsonText(await readOverview()),
    },
    {
      method: 'GET',
      path: '/api/abilities',
      handle: () => json({ pokes: abilities.pokes ?? false, show: abilities.show ?? null }),
    },
    {
      method: 'GET',
      path: '/api/series',
      handle: async ({ query }) => {
        const asked = readQuery(query);
        return typeof asked === 'string' ? text(asked, 400) : jsonText(await find(asked));
      },
    },
    {
      method: 'GET',
      path: '/api/series/:id',
      handle: async ({ params, query }) => {
        const from = readNumber(query, 'from', 0, Number.MAX_SAFE_INTEGER);
        if (typeof from === 'string') return text(from, 400);
        const detail = await view.read(params.id!, from);
        return detail === undefined ? text('there is no such series', 404) : json(detail);
      },
    },
    {
      method: 'GET',
      path: '/api/events',
      handle: async ({ query }) => {
        const after = readNumber(query, 'after', 0, Number.MAX_SAFE_INTEGER);
        if (typeof after === 'string') return text(after, 400);
        return json(await view.happenings(after, PAST_EVENTS));
      },
    },
    {
      method: 'GET',
      path: '/api/live',
      handle: ({ query }) => {
        const asked = readQuery(query);
        if (typeof asked === 'string') return text(asked, 400);
        const id = query.get('id');
        return {
          open: (client) => {
            abilities.opened?.();
            return new LivePage(client, view, id, () => find(asked), readOverview).end;
          },
        };
      },
    },
  ];
}

/** What one page is sent: each kind of message by itself, the next when the last has been made. */
class LivePage {
  readonly #ends: readonly (() => void)[];
  #from = 0;
  #happened = 0;
  readonly end = () => {
    for (const end of this.#ends) end();
  };

  constructor(
    client: EventClient,
    view: SeriesView,
    id: string | null,
    findRows: () => Promise<string>,
    readOverview: () => Promise<string>,
  ) {
    const points = async () => {
      if (id === null) return;
      const detail = await view.read(id, this.#from);
      if (detail === undefined || (detail.points.time.length === 0 && this.#from > 0)) return;
      // What could not be sent is sent the next time.
      if (client.send('series', detail)) this.#from = detail.points.from + detail.points.time.length;
    };
    const happenings = async () => {
      const news = await view.happenings(this.#happened, PAST_EVENTS);
      if (news.length > 0 && client.send('events', news)) this.#happened = news.at(-1)!.number;
    };
    this.#ends = [
      every(POINTS_EVERY, points),
      every(POINTS_EVERY, happenings),
      every(ROWS_EVERY, async () => void client.sendText('rows', await findRows())),
      every(OVERVIEW_EVERY, async () => void client.sendText('overview', await readOverview())),
    ];
  }
}

/** Of the time, what one page may cost at most with one kind of message: the rest belongs to the records. */
const SHARE = 0.05;

/**
 * Does it at once and then each `ms`, later where it takes long; answers how to end that. A fault is that of one message: the next may do
 * better.
 */
function every(ms: number, act: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  const once = async () => {
    const began = performance.now();
    await act().catch(() => {});
    const took = performance.now() - began;
    if (!isEnded) timer = setTimeout(once, Math.max(ms - took, took / SHARE));
  };
  void once();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}

/** The query of an address; a sentence when it is none. */
function readQuery(query: URLSearchParams): SeriesQuery | string {
  const order = query.get('order') ?? 'name';
  const state = query.get('state') ?? '';
  if (!ORDERS.includes(order)) return `order must be one of ${ORDERS.join(', ')}`;
  if (state !== '' && !STATES.includes(state)) return `state must be one of ${STATES.join(', ')}`;
  const offset = readNumber(query, 'offset', 0, 1e9);
  const limit = readNumber(query, 'limit', 50, MOST_ROWS);
  if (typeof offset === 'string') return offset;
  if (typeof limit === 'string') return limit;
  return {
    search: (query.get('search') ?? '').slice(0, 200),
    order: order as SeriesOrder,
    descending: query.get('descending') === 'true',
    offset,
    limit,
    ...(state !== '' && { state: state as SeriesState }),
  };
}

function readNumber(query: URLSearchParams, name: string, fallback: number, most: number): number | string {
  const given = query.get(name);
  const value = given === null ? fallback : Number(given);
  return Number.isInteger(value) && value >= 0 && value <= most
    ? value
    : `${name} must be an integer from 0 to ${most}`;
}
