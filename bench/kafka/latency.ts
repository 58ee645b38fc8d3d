import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, until } from './arena.js';
import type { Contender } from './contender.js';
import { faultInOutputs } from './fault-in-outputs.js';
import { PacedLoad } from './paced-load.js';
import { readOutputs } from './read-outputs.js';
import { Workload } from './workload.js';

export interface Latency {
  /** ms from the source to the committed output. */
  p50: number;
  p99: number;
  max: number;
  /** Part of a core that the program took. */
  cores: number;
  fault: string | null;
}

const options = { keys: 100, warmup: 30 };
/** s at the same rate before the clock counts. */
const warming = 8;

/** A thousand records a second for so many seconds. */
export async function latency(arena: Arena, contender: Contender, seconds: number): Promise<Latency> {
  return arena.job(contender, options, async (job, start) => {
    const workload = new Workload(options);
    const program = start();
    const load = await PacedLoad.start(arena.client, job, workload);
    try {
      await until(program, 'the first output', () => load.came > 0);
      await sleep(warming * 1000);
      const from = load.next;
      const cpu = program.usage.cpu();
      await sleep(seconds * 1000);
      const cores = (program.usage.cpu() - cpu) / (seconds * 1000);
      const to = load.next;
      await load.pause();
      await until(program, 'the last output', () => load.came >= load.next, 60_000);
      load.assertWell();
      const took = Float64Array.from({ length: to - from }, (_, i) => load.cameAt[from + i]! - load.sentAt[from + i]!);
      took.sort();
      const at = (p: number): number => took[Math.ceil(took.length * p) - 1]!;
      const fault = faultInOutputs(await readOutputs(arena.client, job.sink), workload, {
        repeats: !contender.exactlyOnce,
      });
      return { p50: at(0.5), p99: at(0.99), max: at(1), cores, fault };
    } finally {
      await load.close();
    }
  });
}
