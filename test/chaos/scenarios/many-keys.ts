import type { FieldOptions } from '../../../src/normalize/field-options.js';
import { type Lab, sleep } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Outcome, type Scenario } from '../scenario.js';
import { feed, type SourceRecord } from '../workload.js';

const FIELDS: Readonly<Record<string, FieldOptions>> = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { method: 'min-max' }]),
);

function* records(count: number, keys: number): Generator<SourceRecord> {
  for (let i = 0; i < count; i++) {
    const id = `dev-${i % keys}`;
    const members = Object.keys(FIELDS).map((name, k) => `"${name}":${((i * 31 + k) % 1000) / 8}`);
    yield {
      key: Buffer.from(id),
      value: Buffer.from(`{"deviceId":"${id}","ts":${1_700_000_000_000 + i},${members.join(',')}}`),
      timestamp: 1_700_000_000_000 + i,
    };
  }
}

/** Memory of a process after so many records of so many keys, in MB, as little as it comes to once it has nothing to do. */
async function memoryOf(
  lab: Lab,
  count: number,
  keys: number,
  maxSeries?: number,
): Promise<{ memory: number; outcome: Outcome }> {
  const cluster = await lab.single();
  // The bound is each partition's own: what is forgotten must not depend on who else is in the process.
  const state = { store: 'kafka', ...(maxSeries !== undefined && { maxSeries: Math.ceil(maxSeries / 6) }) };
  const pipeline = await PipelineUnderTest.open(lab, { cluster, fields: FIELDS, config: { state } });
  await feed(records(count, keys), {
    client: pipeline.client,
    topic: pipeline.source,
    partitions: pipeline.partitions,
  });
  const engine = pipeline.start();
  await pipeline.caughtUp(120_000).catch(() => {}); // said below
  await sleep(8000);
  const memory = Math.min(...engine.memory.slice(-20));
  // A series that was forgotten begins again: here none comes twice, so that the oracle needs no bound.
  return { memory, outcome: await conclude(pipeline, lab, { memory: 1500 }) };
}

export const D7: Scenario = {
  id: 'D7',
  title: 'a million keys; five million with a bound',
  async run(lab) {
    const million = lab.scaled(1_000_000, 100_000);
    const few = await memoryOf(lab, million, 1000);
    const many = await memoryOf(lab, million, million);
    const bounded = await memoryOf(lab, 5 * million, 5 * million, million);
    const faults = [few, many, bounded].flatMap(({ outcome }) => outcome.faults);
    const grown = many.memory - few.memory;
    // A million keys with six doubles of state each are to take 160 MB; six extents are twelve doubles, 48 MB more. A tenth for the heap.
    const bar = (1.1 * (160 + 48) * million) / 1e6 + 32;
    if (grown > bar) faults.push(`${million} keys took ${Math.round(grown)} MB, more than ${Math.round(bar)}`);
    const beyond = bounded.memory - few.memory;
    if (beyond > 2 * bar)
      faults.push(`with a bound of ${million} series, 5 × as many keys took ${Math.round(beyond)} MB`);
    return {
      faults,
      facts: [
        `RSS ${Math.round(few.memory)} MB with 1,000 keys, + ${Math.round(grown)} MB with ${million}, + ${Math.round(beyond)} MB with five times as many under a bound`,
      ],
    };
  },
};
