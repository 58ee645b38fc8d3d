import { setFlagsFromString } from 'node:v8';

const MIB = 2 ** 20;
/** What all that V8 holds may grow by, from one collection of the whole of it to the next. */
const ROOM = 256 * MIB;
/** In percent of what it holds: at most, however little that is, and what V8's own rule does better than. */
const MOST = 400;
const LEAST = 50;
/** How often it is looked at how much that is, in ms. */
const EVERY = 5_000;

/**
 * Has V8 collect its whole heap less often, until the function that this answers is called.
 *
 * What goes over the network is in buffers beside the heap, which die young but are counted with it; V8 takes that for the growth of a heap
 * that is small beside them, and marks all of it again for each twenty megabytes: a third of what a record costs. The flag is read whenever a
 * collection ends, and may be set at any time. Memory grows by `ROOM` at most.
 */
export function giveHeapRoom(): () => void {
  let given = 0;
  const give = (percent: number): void => {
    if (percent !== given) setFlagsFromString(`--heap-growing-percent=${percent}`);
    given = percent;
  };
  const look = (): void => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    give(growthOf(heapUsed + arrayBuffers));
  };
  look();
  const timer = setInterval(look, EVERY);
  timer.unref();
  return () => {
    clearInterval(timer);
    give(0);
  };
}

/** By how many percent so many bytes may grow; 0: as V8 thinks. */
export function growthOf(bytes: number): number {
  const percent = Math.floor((100 * ROOM) / Math.max(bytes, 1));
  return percent < LEAST ? 0 : Math.min(percent, MOST);
}
