import type { Overview } from '../overview.js';
import { byId, element, setText } from './dom.js';
import { formatBytes, formatCount, formatSeconds } from './format.js';

const TILES: readonly (readonly [title: string, hint: string, text: (overview: Overview) => string])[] = [
  ['Records/s', 'Records per second, over the last seconds', (o) => formatCount(o.recordsPerSecond)],
  ['Lag', 'Records that are there and not committed', (o) => formatCount(o.lag)],
  ['Latency p50', "From a record's time to its output", (o) => formatSeconds(o.latency50)],
  ['Latency p99', "From a record's time to its output", (o) => formatSeconds(o.latency99)],
  ['Series', 'Fields of keys that are held', (o) => formatCount(o.series)],
  ['Renormalized', 'Renormalizations since the start', (o) => formatCount(o.renormalizations)],
  ['Dead letters', 'Records that could not be processed', (o) => formatCount(o.deadLetters)],
  ['Restarts', 'Workers started anew', (o) => formatCount(o.restarts)],
  ['Memory', 'Held by all processes', (o) => formatBytes(o.memoryBytes)],
  ['CPU', 'Cores used', (o) => (o.cores === null ? '–' : `${(o.cores * 100).toFixed(0)} %`)],
  [
    'Backend',
    'Where micro-batches of the method batch are normalized: batch.backend says. Without such fields –: scores one by one are made on the CPU, for each rests on the value before it',
    (o) => backendOf(o.backends),
  ],
];

const shown = TILES.map(([title, hint]) => {
  const value = element('dd', '–');
  const tile = element('div');
  tile.title = hint;
  tile.append(element('dt', title), value);
  byId('tiles').append(tile);
  return value;
});

/** Shows how the run does. */
export function showOverview(overview: Overview): void {
  for (const [i, [, , text]] of TILES.entries()) setText(shown[i]!, text(overview));
  const status = byId('status');
  setText(status, overview.ready ? 'ready' : overview.phase);
  status.className = `status ${overview.ready ? 'ready' : 'trouble'}`;
  status.title = overview.reasons.join('\n');
}

/** Shows that nothing comes. */
export function showDisconnected(): void {
  const status = byId('status');
  setText(status, 'not connected');
  status.className = 'status trouble';
  status.title = 'The page tries again by itself.';
}

function backendOf(backends: Readonly<Record<string, number>>): string {
  const used = Object.entries(backends).sort((a, b) => b[1] - a[1]);
  if (used.length === 0) return '–';
  if (used.length === 1) return used[0]![0].toUpperCase();
  return used.map(([name, share]) => `${name.toUpperCase()} ${(share * 100).toFixed(0)} %`).join(', ');
}
