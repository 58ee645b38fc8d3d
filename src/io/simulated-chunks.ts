import { setTimeout as sleep } from 'node:timers/promises';
import type { InputChunk } from './read-chunks.js';
import { SimulatedPlant } from './simulated-plant.js';

export interface SimulatedChunksOptions {
  sensors: number;
  seed: number;
  /** Records per second; Infinity: as fast as they are drawn. */
  rate: number;
  /** Records after which the source ends; absent: never. */
  count?: number;
  /** Records not to be made again by a resumed run. */
  skip?: number;
  signal?: AbortSignal;
}

/** Event time of the first reading: any fixed moment, so that the same seed gives the same bytes. */
const EPOCH = Date.UTC(2026, 0, 1);

/** Event time between two readings of a sensor, in ms. */
const PERIOD = 1000;

/** The simulated plant as NDJSON, in the form in which files are read; `offset` counts records. */
export async function* simulatedChunks(options: SimulatedChunksOptions): AsyncGenerator<InputChunk> {
  const { sensors, seed, rate, count = Number.POSITIVE_INFINITY, skip = 0, signal } = options;
  const plant = new SimulatedPlant({ sensors, seed });
  const encoder = new TextEncoder();
  const started = performance.now();
  let made = 0;
  for (let ts = EPOCH; made < count && !signal?.aborted; ts += PERIOD) {
    const offset = made;
    let text = '';
    for (const { sensor, quantity, value } of plant.at(ts)) {
      if (made >= count) break;
      made++;
      if (made > skip) text += `${JSON.stringify({ deviceId: sensor, ts, [quantity]: value })}\n`;
    }
    if (text === '') continue;
    yield { input: 0, name: 'simulate', bytes: encoder.encode(text), offset: Math.max(offset, skip), isLast: false };
    const ahead = ((made - skip) / rate) * 1000 - (performance.now() - started);
    if (ahead > 1) await sleep(ahead, undefined, signal && { signal }).catch(() => {});
  }
  yield { input: 0, name: 'simulate', bytes: new Uint8Array(0), offset: made, isLast: true };
}
