import './page.css';
import type { Happening, SeriesDetail, SeriesPage } from '../../pipeline/view/series-view.js';
import type { Overview } from '../overview.js';
import { byId, element, setText } from './dom.js';
import { EVENT_SIGNS, formatTime, formatValue, STATE_SIGNS } from './format.js';
import { showVerdict } from './output-verdict.js';
import { showDisconnected, showOverview } from './overview-tiles.js';
import { SeriesCharts } from './series-charts.js';
import { SeriesList } from './series-list.js';
import { offerTryIt } from './try-it.js';

/** Rows of a page of the table, and events that are shown. */
const ROWS = 50;
const MOST_EVENTS = 100;

const asked = new URLSearchParams(location.search).get('series') ?? '';
const view = { search: '', state: '', order: 'name', descending: false, offset: 0, id: asked };
const charts = new SeriesCharts();
const list = new SeriesList(choose);
const events = byId('events');
let stream: EventSource | undefined;
let lastEvent = 0;
let isPaused = false;
let latest: SeriesDetail | undefined;
/** The series that was renormalized last: the one to look at first. */
let newest: string | undefined;
/** What pokes need: it stands behind the # of the address that the demo prints. */
const token = takeToken();

function connect(): void {
  stream?.close();
  const { id, ...filter } = view;
  const query = new URLSearchParams({
    ...filter,
    descending: String(filter.descending),
    offset: String(filter.offset),
  });
  query.set('limit', String(ROWS));
  if (id !== '') query.set('id', id);
  charts.clear();
  const source = new EventSource(`/api/live?${query}`);
  stream = source;
  const on = <T>(name: string, show: (data: T) => void) =>
    source.addEventListener(name, (event) => {
      if (source === stream) show(JSON.parse((event as MessageEvent<string>).data) as T);
    });
  on<Overview>('overview', showOverview);
  on<SeriesPage>('rows', (page) => {
    if (isPaused) return;
    list.show(page, view.offset);
    const first = newest ?? page.rows[0]?.id;
    if (view.id === '' && first !== undefined) choose(first);
  });
  on<SeriesDetail>('series', showSeries);
  on<Happening[]>('events', showEvents);
  source.onerror = () => {
    showDisconnected();
    // After a new connection everything comes again, perhaps from a run that was started anew.
    charts.clear();
    events.replaceChildren();
    lastEvent = 0;
  };
}

function choose(id: string): void {
  view.id = id;
  list.choose(id);
  latest = undefined;
  setPaused(false);
  // So that the address can be handed on, and a reload shows the same.
  history.replaceState(null, '', `?${new URLSearchParams({ series: id })}`);
  connect();
}

function showSeries(detail: SeriesDetail): void {
  if (isPaused) return;
  latest = detail;
  const { row, marks } = detail;
  charts.add(detail);
  const unitOf = row.unit === null ? '' : `, ${row.unit}`;
  setText(byId('raw-title'), `Raw values${unitOf}`);
  setText(byId('detail-title'), row.field === 'value' ? row.key : `${row.key} · ${row.field}`);
  const state = byId('detail-state');
  setText(state, `${STATE_SIGNS[row.state]} ${row.state}`);
  state.className = row.state;
  const unit = row.unit === null ? '' : ` ${row.unit}`;
  const last = marks.findLast(({ kind }) => kind === 'renormalization');
  setText(
    byId('facts'),
    `center ${formatValue(row.center)}${unit}, scale ${formatValue(row.scale)}${unit}, ${row.count} values, epoch ${row.epoch}` +
      (last === undefined ? '' : `; last renormalized at ${formatTime(last.at)} (${last.change?.cause ?? ''})`),
  );
  showVerdict(charts.data.normalized);
}

function showEvents(news: readonly Happening[]): void {
  for (const { number, at, text, series, kind, change } of news) {
    if (number <= lastEvent) continue;
    lastEvent = number;
    const isChange = kind === 'renormalization' && change?.cause !== 'drift';
    if (isChange) newest = series;
    const line = element('li');
    const what = series === undefined ? element('span', text) : element('button', text);
    if (series !== undefined) what.addEventListener('click', () => choose(series));
    const sign = element('span', EVENT_SIGNS[kind], isChange ? 'sign drifted' : 'sign quiet');
    sign.title = kind;
    if (isChange) what.classList.add('drifted');
    if (kind === 'dead-letter') what.classList.add('warning');
    line.append(element('time', formatTime(at)), sign, what);
    events.prepend(line);
  }
  while (events.childElementCount > MOST_EVENTS) events.lastElementChild?.remove();
}

function setPaused(paused: boolean): void {
  isPaused = paused;
  const button = byId('pause');
  button.setAttribute('aria-pressed', String(paused));
  setText(button, paused ? 'Go on' : 'Pause');
}

function togglePause(): void {
  setPaused(!isPaused);
  if (!isPaused) connect();
}

function refilter(change: Partial<typeof view>): void {
  Object.assign(view, { offset: 0 }, change);
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-order]')) {
    const isChosen = button.dataset.order === view.order;
    button.classList.toggle('chosen', isChosen);
    button.closest('th')?.setAttribute('aria-sort', isChosen ? (view.descending ? 'descending' : 'ascending') : 'none');
  }
  connect();
}

function download(name: string, blob: Blob): void {
  const link = element('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function fileName(extension: string): string {
  return `${(latest?.row.key ?? 'series').replace(/[^\w.-]+/g, '_').slice(0, 80)}.${extension}`;
}

function toCsv(): string {
  const { time, value, normalized, center, scale } = charts.data;
  const lines = time.map((at, i) =>
    [new Date(at * 1000).toISOString(), value[i], normalized[i], center[i], scale[i]].map((x) => x ?? '').join(','),
  );
  return `time,value,normalized,center,scale\n${lines.join('\n')}\n`;
}

let typing: ReturnType<typeof setTimeout> | undefined;
byId<HTMLInputElement>('search').addEventListener('input', ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(() => refilter({ search: (target as HTMLInputElement).value }), 150);
});
byId<HTMLSelectElement>('state').addEventListener('change', ({ target }) =>
  refilter({ state: (target as HTMLSelectElement).value }),
);
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-order]'))
  button.addEventListener('click', () => {
    const order = button.dataset.order ?? 'name';
    // What stands out is asked for first: scores and epochs begin with the largest.
    const descending = view.order === order ? !view.descending : order === 'score' || order === 'epoch';
    refilter({ order, descending });
  });
byId('previous').addEventListener('click', () => refilter({ offset: Math.max(0, view.offset - ROWS) }));
byId('next').addEventListener('click', () => refilter({ offset: view.offset + ROWS }));
byId('pause').addEventListener('click', togglePause);
byId('csv').addEventListener('click', () => download(fileName('csv'), new Blob([toCsv()], { type: 'text/csv' })));
byId('png').addEventListener('click', () => {
  void charts.toBlob(latest?.row.key ?? '').then((blob) => {
    if (blob !== null) download(fileName('png'), blob);
  });
});
document.addEventListener('keydown', (event) => {
  const isTyping =
    event.target instanceof HTMLInputElement ||
    event.target instanceof HTMLSelectElement ||
    event.target instanceof HTMLTextAreaElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && isTyping) (event.target as HTMLElement).blur();
  if (isTyping || byId<HTMLDialogElement>('try').open) return;
  if (event.key === '/') {
    event.preventDefault();
    byId('search').focus();
  } else if (event.key === 'p') togglePause();
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const id = list.beside(event.key === 'ArrowDown' ? 1 : -1);
    if (id === undefined) return;
    event.preventDefault();
    choose(id);
  }
});

/** Takes the token out of the address, and keeps it for as long as this tab lives. */
function takeToken(): string {
  const given = location.hash.slice(1);
  if (given !== '') {
    sessionStorage.setItem('token', given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return given || (sessionStorage.getItem('token') ?? '');
}

/** The simulated plant can be poked; a real one cannot. */
function offerPokes(): void {
  byId('pokes').hidden = false;
  const hint = byId('poke-hint');
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-poke]')) {
    button.disabled = token === '';
    button.addEventListener('click', () => {
      const body = JSON.stringify({ sensor: latest?.row.key, what: button.dataset.poke });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      void fetch('/api/plant/pokes', { method: 'POST', body, headers }).then(async (answer) =>
        setText(hint, answer.ok ? 'and watch it being noticed' : await answer.text()),
      );
    });
  }
  if (token === '') setText(hint, 'from the address that the terminal shows: it has the token');
}

/** What this service is able to do comes first, for it may say what to look at. */
async function begin(): Promise<void> {
  offerTryIt();
  try {
    const { pokes, show } = (await (await fetch('/api/abilities')).json()) as { pokes: boolean; show: string | null };
    if (pokes) offerPokes();
    if (view.id === '' && show !== null) view.id = show;
  } catch {
    showDisconnected(); // and tried again by the stream of events
  }
  refilter({});
}

void begin();
