import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Happening, SeriesPage } from '../pipeline/view/series-view.js';
import type { Overview } from '../service/overview.js';
import { TerminalScreen } from './demo/terminal-screen.js';
import { drawTop, type TopView } from './live/draw-top.js';
import { ServiceClient } from './live/service-client.js';
import { serviceOption } from './live/service-option.js';

interface Flags {
  url: URL;
  sort: string;
  search?: string;
  state?: string;
  every: number;
  once?: boolean;
}

const ORDERS = ['score', 'state', 'epoch', 'count', 'name'];
/** Series that are asked for: more than a screen has lines for. */
const ROWS = 200;
/** Lines where nobody says how high the screen is. */
const PLAIN_ROWS = 40;

export function topCommand(): Command {
  return new Command('top')
    .description('a running service in the terminal: rates, lag, series, drift')
    .addOption(serviceOption())
    .addOption(new Option('--sort <order>', 'what series are sorted by').choices(ORDERS).default('score'))
    .option('--search <text>', 'only series whose key or field holds this')
    .addOption(
      new Option('--state <state>', 'only series that do so').choices([
        'warming',
        'stable',
        'warning',
        'drifted',
        'flat',
        'silent',
      ]),
    )
    .option('--every <seconds>', 'between two looks', seconds, 1)
    .option('--once', 'look once, print that and end; so it does without a terminal')
    .addHelpText('after', '\nExample:\n  streamnorm top --url http://127.0.0.1:9464 --sort state')
    .action(runTop);
}

async function runTop(flags: Flags): Promise<void> {
  const client = new ServiceClient(flags.url);
  let order = ORDERS.indexOf(flags.sort);
  const look = async (): Promise<TopView> => {
    const sort = ORDERS[order]!;
    const [overview, page, happenings] = await Promise.all([
      client.get<Overview>('/api/overview'),
      client.get<SeriesPage>('/api/series', {
        order: sort,
        descending: String(sort === 'score' || sort === 'epoch' || sort === 'count'),
        limit: String(ROWS),
        ...(flags.search !== undefined && { search: flags.search }),
        ...(flags.state !== undefined && { state: flags.state }),
      }),
      client.get<Happening[]>('/api/events'),
    ]);
    return { url: flags.url.origin, overview, page, happenings };
  };
  if (flags.once || !process.stdout.isTTY) {
    await look();
    await sleep(1000); // rates are those between two looks
    const view = await look();
    const { columns = 120 } = process.stdout;
    const lines = drawTop(view, { columns, rows: PLAIN_ROWS, color: false }).map((line) => line.trimEnd());
    // The keys that a screen takes are of no use here.
    process.stdout.write(`${lines.slice(0, -1).join('\n').trimEnd()}\n`);
    return;
  }
  const stop = new AbortController();
  let next = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  let view = await look(); // before the screen is taken: what is wrong is said in plain lines
  const screen = new TerminalScreen(process.stdout, process.stdin);
  screen.open((key) => {
    if (key === 'q' || key === '\x03') stop.abort();
    if (key === 's') order = (order + 1) % ORDERS.length;
    next.abort();
  });
  try {
    while (!stop.signal.aborted) {
      const { columns = 80, rows = 24 } = process.stdout;
      screen.draw(drawTop(view, { columns, rows, color: process.env.NO_COLOR === undefined }));
      next = new AbortController();
      const signal = AbortSignal.any([stop.signal, next.signal]);
      await sleep(flags.every * 1000, undefined, { signal }).catch(() => {});
      if (!stop.signal.aborted) view = await look();
    }
  } finally {
    screen.close();
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 3600)) throw new InvalidArgumentError('must be a number of seconds from 0.2 to 3600.');
  return value;
}
