import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../kafka/arena.js';
import { median } from '../kafka/median.js';
import type { ProcessUsage } from '../kafka/process-usage.js';
import type { Workload } from '../kafka/workload.js';
import { Pages } from './pages.js';
import { readMetric, type ServedRun, servedRun } from './served-run.js';

const PAGES = 10;
/** Seconds of a turn, and of what is left out at its beginning. */
const TURN = 2.5;
const SETTLE = 0.5;

export interface Load {
  /** Records a second, and µs of processor time a record, without and with pages: medians of the turns. */
  rate: [without: number, with_: number];
  cpu: [without: number, with_: number];
  turns: number;
  /** kB a second that all pages together were sent. */
  sent: number;
}

/** A run that has more than it can work off, in turns with nobody and with ten pages looking on. */
export async function load(arena: Arena, workload: Workload, source: string): Promise<Load> {
  return arena.job(servedRun, { source, warmup: 30 }, async (_, start) => {
    const run = start() as ServedRun;
    const url = await run.url();
    const usage: ProcessUsage = run.usage;
    const records = () => readMetric(url, 'streamnorm_records_total');
    while ((await records()) < workload.length / 10) await sleep(100); // warm
    const { rows } = (await (await fetch(`${url}/api/series?limit=1`)).json()) as { rows: { id: string }[] };
    const address = `${url}/api/live?limit=50&id=${encodeURIComponent(rows[0]!.id)}`;
    const rates: [number[], number[]] = [[], []];
    const costs: [number[], number[]] = [[], []];
    let sent = 0;
    let watched = 0;
    for (let turn = 0; ; turn++) {
      const isWatched = turn % 2;
      const pages = new Pages();
      if (isWatched === 1) await pages.open(address, PAGES);
      await sleep(SETTLE * 1000);
      const [from, cpu, at] = [await records(), usage.cpu(), performance.now()];
      await sleep(TURN * 1000);
      const [to, spent, until] = [await records(), usage.cpu() - cpu, performance.now()];
      pages.close();
      if (to >= workload.length * 0.98) break; // it has caught up: this turn was not of full load
      rates[isWatched]!.push(((to - from) * 1000) / (until - at));
      costs[isWatched]!.push((spent * 1000) / (to - from));
      if (isWatched === 1) {
        sent += pages.bytes / 1000;
        watched += TURN + SETTLE;
      }
    }
    if (rates[1].length < 2) throw new Error('too few turns: give it more records');
    return {
      rate: [median(rates[0]), median(rates[1])],
      cpu: [median(costs[0]), median(costs[1])],
      turns: rates[0].length + rates[1].length,
      sent: sent / watched,
    };
  });
}
