import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

const MIB = 2 ** 20;
/** What all that V8 holds may grow by, from one collection of the whole of it to the next: so much, and of the memory that there is so much. */
const ROOM = 256 * MIB;
const SHARE = 1 / 8;
/** In percent of what it holds: at most, however little that is, and what V8's own rule does better than. */
const MOST = 400;
const LEAST = 50;
/** Share of the time that a process is at work from which it is worth memory. */
const BUSY = 0.25;
/** How often it is looked at how much that is, in ms. */
const EVERY = 1_000;

/**
 * Has V8 collect its whole heap less often while the process is busy, until the function that this answers is called.
 *
 * What goes over the network is in buffers beside the heap, which die young but are counted with it; V8 takes that for the growth of a heap
 * that is small beside them, and marks all of it again for each twenty megabytes: a third of what a record costs. The flag is read whenever a
 * collection ends, and may be set at any time. Memory grows by 256 MiB at most, an eighth of a container's that is small, and is given back
 * where there is little to do.
 */
export function giveHeapRoom(): () => void {
  // 0 or undefined where nothing limits it.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  let given = 0;
  const give = (percent: number): void => {
    if (percent !== given) setFlagsFromString(`--heap-growing-percent=${percent}`);
    given = percent;
  };
  let before = performance.eventLoopUtilization();
  const look = (): void => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    give(utilization < BUSY ? 0 : growthOf(heapUsed + arrayBuffers, memory));
  };
  const timer = setInterval(look, EVERY);
  timer.unref();
  return () => {
    clearInterval(timer);
    give(0);
  };
}

/** By how many percent so many bytes may grow where there is so much memory, in bytes; 0: as V8 thinks. */
export function growthOf(bytes: number, memory: number): number {
  const percent = Math.floor((100 * Math.min(ROOM, SHARE * memory)) / Math.max(bytes, 1));
  return percent < LEAST ? 0 : Math.min(percent, MOST);
}
