import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../kafka/arena.js';
import { median } from '../kafka/median.js';
import type { Workload } from '../kafka/workload.js';
import { readMetric, type ServedRun, servedRun, tracedRun } from './served-run.js';

const ROUNDS = 3;

/** µs of processor time a record, the start of the process left out, without and with spans: medians of runs in turns. */
export async function tracing(arena: Arena, workload: Workload, source: string): Promise<[number, number]> {
  const costs: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, program] of [servedRun, tracedRun].entries())
      await arena.job(program, { source, warmup: 30 }, async (_, start) => {
        const run = start() as ServedRun;
        const url = await run.url();
        const records = () => readMetric(url, 'streamnorm_records_total');
        while ((await records()) < workload.length * 0.2) await sleep(20);
        const [from, cpu] = [await records(), run.usage.cpu()];
        while ((await records()) < workload.length) await sleep(20);
        costs[i]!.push(((run.usage.cpu() - cpu) * 1000) / (workload.length - from));
      });
  return [median(costs[0]), median(costs[1])];
}
