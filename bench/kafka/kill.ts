import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, until } from './arena.js';
import type { Contender } from './contender.js';
import { faultInOutputs } from './fault-in-outputs.js';
import { PacedLoad } from './paced-load.js';
import { readOutputs } from './read-outputs.js';
import { Workload } from './workload.js';

export interface Kill {
  /** s from kill -9, followed by a start at once, to the first record that was sent after and came out. */
  first: number;
  /** The same, until the outputs are less than a second behind the source. */
  caughtUp: number;
  /** Outputs that came twice. */
  again: number;
  fault: string | null;
}

const options = { keys: 100, warmup: 30 };

/** kill -9 in the middle of a thousand records a second; the source goes on meanwhile. */
export async function kill(arena: Arena, contender: Contender): Promise<Kill> {
  return arena.job(contender, options, async (job, start) => {
    const workload = new Workload(options);
    const program = start();
    const load = await PacedLoad.start(arena.client, job, workload);
    try {
      await until(program, 'the first output', () => load.came > 0);
      await sleep(5000);
      await program.kill();
      const killedAt = performance.now();
      const sentBefore = load.next;
      const next = start();
      const seconds = (): number => (performance.now() - killedAt) / 1000;
      await until(next, 'the first output after the kill', () => someCame(load, sentBefore));
      const first = seconds();
      await until(next, 'catching up', () => !someMissing(load, load.next - 1000));
      const caughtUp = seconds();
      await load.pause();
      await until(next, 'the last output', () => load.came >= load.next, 60_000);
      load.assertWell();
      const outputs = await readOutputs(arena.client, job.sink);
      return {
        first,
        caughtUp,
        again: load.again,
        fault: faultInOutputs(outputs, workload, { repeats: !contender.exactlyOnce }),
      };
    } finally {
      await load.close();
    }
  });
}

function someCame({ cameAt }: PacedLoad, from: number): boolean {
  for (let seq = from; seq < cameAt.length; seq++) if (!Number.isNaN(cameAt[seq])) return true;
  return false;
}

function someMissing({ cameAt }: PacedLoad, before: number): boolean {
  for (let seq = 0; seq < before; seq++) if (Number.isNaN(cameAt[seq])) return true;
  return false;
}
