import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, until } from './arena.js';
import { awaitOutputs } from './await-outputs.js';
import type { Contender } from './contender.js';
import { faultInOutputs } from './fault-in-outputs.js';
import { partitions, Workload } from './workload.js';

export interface Restore {
  /** s from the start of the process to the first committed output, and to one of each partition. */
  first: number;
  all: number;
  /** Entries of the changelog that were there to be read. */
  entries: number;
  /** MiB. */
  memory: number;
  fault: string | null;
}

/** Enough for a score that tells whether the state is right. */
const valuesBefore = 2;

/** So many series seen twice, then stopped as an operator stops it; then started with a record waiting in each partition. */
export async function restore(arena: Arena, contender: Contender, series: number): Promise<Restore> {
  return arena.job(contender, { warmup: valuesBefore }, async (job, start) => {
    const workload = new Workload({ keys: series, warmup: valuesBefore, inTurn: true });
    await workload.produce(arena.client, job.source, series * valuesBefore);
    const before = start();
    await awaitOutputs(arena, before, job.sink, workload.length);
    await before.stop();
    const stoppedAt = performance.now();
    const entries = sum(await arena.ends(contender.ownTopics(job)[0]!));
    await workload.produce(arena.client, job.source, Math.min(series, 100 * partitions));
    const ends = await arena.ends(job.sink);
    await sleep(Math.max(0, contender.session - (performance.now() - stoppedAt)));
    const program = start();
    const seconds = (): number => (performance.now() - program.startedAt) / 1000;
    let first = Number.NaN;
    await until(program, 'the first output of each partition', async () => {
      const now = await arena.ends(job.sink);
      if (Number.isNaN(first) && now.some((end, partition) => end > ends[partition]!)) first = seconds();
      return now.every((end, partition) => end > ends[partition]!);
    });
    const all = seconds();
    const memory = program.usage.peakMemory();
    const outputs = await awaitOutputs(arena, program, job.sink, workload.length);
    return { first, all, entries, memory, fault: faultInOutputs(outputs, workload) };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
