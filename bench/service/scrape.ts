import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../kafka/arena.js';
import { Workload } from '../kafka/workload.js';
import { readMetric, type ServedRun, servedRun } from './served-run.js';

const SCRAPES = 40;

export interface Scrape {
  series: number;
  /** ms of a request for /metrics, half and all of them. */
  median: number;
  longest: number;
  kilobytes: number;
}

/** How long /metrics takes of a run that holds so many series. */
export async function scrape(arena: Arena, series: number): Promise<Scrape> {
  const workload = new Workload({ keys: series, warmup: 30, inTurn: true });
  return arena.job(servedRun, { warmup: 30 }, async (job, start) => {
    await workload.produce(arena.client, job.source, series);
    const run = start() as ServedRun;
    const url = await run.url();
    while ((await readMetric(url, 'streamnorm_series')) < series) {
      run.assertRunning();
      await sleep(200);
    }
    await sleep(2000);
    const took: number[] = [];
    let kilobytes = 0;
    for (let i = 0; i < SCRAPES; i++) {
      await sleep(300); // longer than an answer is given again
      const at = performance.now();
      kilobytes = (await (await fetch(`${url}/metrics`)).text()).length / 1000;
      took.push(performance.now() - at);
    }
    took.sort((a, b) => a - b);
    return { series, median: took[SCRAPES / 2]!, longest: took.at(-1)!, kilobytes };
  });
}
