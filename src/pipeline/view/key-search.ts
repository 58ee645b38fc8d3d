import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { PartitionWatch } from './partition-watch.js';

/** Keys that are looked at in one go, below a millisecond, and ms between two goes: the time belongs to the records. */
const KEYS_AT_ONCE = 2_000;
const PAUSE = 10;
/** Series that one search has recorded. */
const MOST_FOUND = 128;
/** ms after which the same search looks again. */
const AGAIN_AFTER = 10_000;
/** Searches that are remembered. */
const MOST_SEARCHES = 64;

/** Looks for keys in the state of all partitions, a little at a time, and has the first that it finds shown. */
export class KeySearch {
  readonly #watches: () => Iterable<PartitionWatch>;
  readonly #begun = new Map<string, number>();
  readonly #waiting: string[] = [];
  #isRunning = false;

  constructor(watches: () => Iterable<PartitionWatch>) {
    this.#watches = watches;
  }

  /** Begins to look, where it was not done a short time ago. What is found is there the next time that series are asked for. */
  begin(text: string): void {
    const now = performance.now();
    if (now - (this.#begun.get(text) ?? Number.NEGATIVE_INFINITY) < AGAIN_AFTER) return;
    this.#begun.delete(text);
    this.#begun.set(text, now);
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= MOST_SEARCHES) break;
      this.#begun.delete(oldest);
    }
    // What was asked for last is looked for first; of many that wait the oldest are given up.
    this.#waiting.push(text.toLowerCase());
    if (this.#waiting.length > MOST_SEARCHES) this.#waiting.shift();
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await nextTurn();
    for (let text = this.#waiting.pop(); text !== undefined; text = this.#waiting.pop()) await this.#look(text);
    this.#isRunning = false;
  }

  async #look(text: string): Promise<void> {
    let found = 0;
    for (const watch of [...this.#watches()]) {
      const { table } = watch.normalizer;
      const slots = table.slots();
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i]!;
        const key = table.keyOf(slot); // undefined: it was forgotten meanwhile
        if (key?.toLowerCase().includes(text)) {
          watch.show(key, slot);
          if (++found >= MOST_FOUND) return;
        }
        if (i % KEYS_AT_ONCE !== KEYS_AT_ONCE - 1) continue;
        await sleep(PAUSE, undefined, { ref: false });
        if (![...this.#watches()].includes(watch)) break; // the partition has gone
      }
    }
  }
}
