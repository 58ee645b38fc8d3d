import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { StdoutSink } from '../io/stdout-sink.js';
import type { SeriesDetail, SeriesPage, SeriesRow } from '../pipeline/view/series-view.js';
import { ServiceClient } from './live/service-client.js';
import { serviceOption } from './live/service-option.js';
import { stopSignal } from './stop-signal.js';

interface Flags {
  url: URL;
  key?: string;
  field?: string;
  number: number;
}

/** One scored observation, as it is printed. */
interface Tapped {
  time?: string;
  key: string;
  field: string;
  value: number | null;
  normalized: number | null;
  center: number | null;
  scale: number | null;
  count?: number;
  epoch?: number;
}

/** Fields of a key that are listened to at most. */
const MOST_FIELDS = 16;
/** ms between two looks for a key that is not there yet. */
const LOOK_EVERY = 500;

export function tapCommand(): Command {
  return new Command('tap')
    .description('print what a running service scores, as NDJSON')
    .addOption(serviceOption())
    .option('--key <key>', 'every value of this key, from now on')
    .option('--field <field>', 'only this field')
    .option('-n, --number <count>', 'end after so many lines', positive, Number.POSITIVE_INFINITY)
    .addHelpText(
      'after',
      '\nWithout --key it prints the latest of the first series that it sees, at most twice a second for each.\nIt waits for a key that is not there yet.\n\nExample:\n  streamnorm tap -n 20 --key dev-7',
    )
    .action(runTap);
}

async function runTap(flags: Flags): Promise<void> {
  const client = new ServiceClient(flags.url);
  const stdout = new StdoutSink();
  const done = new AbortController();
  const signal = AbortSignal.any([stopSignal(), done.signal]);
  let left = flags.number;
  /** One after the other, however many streams there are. */
  let writing = Promise.resolve();
  const print = (tapped: Tapped) => {
    if (left <= 0) return;
    left--;
    const line = escapeControls(JSON.stringify(tapped));
    writing = writing.then(() => stdout.write(Buffer.from(`${line}\n`)));
    writing.catch(() => done.abort());
    if (left <= 0) done.abort();
  };
  try {
    if (flags.key === undefined) await tapAll(client, flags.field, print, signal);
    else {
      const rows = await rowsOf(client, flags.key, flags.field, signal);
      await Promise.all(rows.map((row) => tapSeries(client, row, print, signal)));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    done.abort();
  }
  await writing;
}

/** The series of a key, as soon as there are any. */
async function rowsOf(
  client: ServiceClient,
  key: string,
  field: string | undefined,
  signal: AbortSignal,
): Promise<SeriesRow[]> {
  for (let looks = 0; ; looks++) {
    const { rows } = await client.get<SeriesPage>('/api/series', { search: key.slice(0, 200), limit: '200' });
    const found = rows.filter((row) => row.key === key && (field === undefined || row.field === field));
    if (found.length > 0 || signal.aborted) return found.slice(0, MOST_FIELDS);
    if (looks === 4) process.stderr.write('no such series yet; waiting\n');
    await sleep(LOOK_EVERY, undefined, { signal });
  }
}

async function tapSeries(
  client: ServiceClient,
  { id, key, field }: SeriesRow,
  print: (tapped: Tapped) => void,
  signal: AbortSignal,
): Promise<void> {
  /** Number of the first point that is to be printed; what was there before is not. */
  let from: number | undefined;
  for await (const { event, data } of client.events('/api/live', { id, limit: '0' }, signal)) {
    if (event !== 'series') continue;
    const { points } = data as SeriesDetail;
    const { time, value, normalized, center, scale } = points;
    from ??= points.from + time.length;
    for (let i = Math.max(0, from - points.from); i < time.length; i++)
      print({
        time: new Date(time[i]!).toISOString(),
        key,
        field,
        value: value[i]!,
        normalized: normalized[i]!,
        center: center[i]!,
        scale: scale[i]!,
      });
    from = points.from + time.length;
  }
}

async function tapAll(
  client: ServiceClient,
  only: string | undefined,
  print: (tapped: Tapped) => void,
  signal: AbortSignal,
): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { event, data } of client.events('/api/live', { limit: '200', search: only ?? '' }, signal)) {
    if (event !== 'rows') continue;
    for (const { id, key, field, value, normalized, center, scale, count, epoch } of (data as SeriesPage).rows) {
      const before = counts.get(id);
      counts.set(id, count);
      if (before === undefined || before === count || (only !== undefined && field !== only)) continue;
      print({ key, field, value, normalized, center, scale, count, epoch });
    }
  }
}

/** Keys come from strangers: what could steer a terminal and stands unescaped in JSON is escaped. */
function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(Number.isSafeInteger(value) && value >= 1)) throw new InvalidArgumentError('must be an integer >= 1.');
  return value;
}
