import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from './arena.js';
import { type Outputs, readOutputs } from './read-outputs.js';
import type { StartedProgram } from './started-program.js';

/** s for all of it. */
const patience = 900;

/**
 * Waits until a sink holds so many records, and reads them. While the program works nothing is read: only where the sink ends is asked
 * for, each 50 ms, and given to `sampled`. Those offsets count the markers of transactions too, so that all has come is known only by
 * reading, once it stands still.
 */
export async function awaitOutputs(
  arena: Arena,
  program: StartedProgram,
  sink: string,
  count: number,
  sampled: (ends: number[]) => void = () => {},
): Promise<Outputs> {
  let changedAt = performance.now();
  let before = -1;
  for (const end = performance.now() + patience * 1000; performance.now() < end; await sleep(50)) {
    program.assertRunning();
    const ends = await arena.ends(sink);
    sampled(ends);
    const sum = ends.reduce((total, value) => total + value, 0);
    if (sum !== before) changedAt = performance.now();
    before = sum;
    if (sum < count || performance.now() - changedAt < 1000) continue;
    const outputs = await readOutputs(arena.client, sink);
    changedAt = performance.now();
    // What came while it was read is in no sample yet.
    const after = await arena.ends(sink);
    if (outputs.count >= count && after.every((value, partition) => value === ends[partition])) return outputs;
  }
  throw new Error(`fewer than ${count} outputs within ${patience} s`);
}
