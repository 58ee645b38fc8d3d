import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, until } from './arena.js';
import type { Contender } from './contender.js';
import { Workload } from './workload.js';

export interface Idle {
  /** Part of a core. */
  cores: number;
}

/** A program that is connected, has done its work and waits. */
export async function idle(arena: Arena, contender: Contender, seconds: number): Promise<Idle> {
  const options = { keys: 100, warmup: 30 };
  return arena.job(contender, options, async (job, start) => {
    await new Workload(options).produce(arena.client, job.source, 1000);
    const program = start();
    const done = async (): Promise<boolean> => (await arena.ends(job.sink)).reduce((sum, end) => sum + end, 0) >= 1000;
    await until(program, 'a thousand outputs', done);
    await sleep(8000);
    const cpu = program.usage.cpu();
    await sleep(seconds * 1000);
    program.assertRunning();
    return { cores: (program.usage.cpu() - cpu) / (seconds * 1000) };
  });
}
