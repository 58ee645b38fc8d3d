import type { FieldOptions } from '../../../src/normalize/field-options.js';
import type { Lab } from '../lab.js';
import { PipelineUnderTest } from '../pipeline.js';
import { conclude, type Outcome, type Scenario } from '../scenario.js';
import { feed, type SourceRecord } from '../workload.js';

const FIELDS: Readonly<Record<string, FieldOptions>> = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { method: 'min-max' }]),
);

function* distinct(from: number, to: number): Generator<SourceRecord> {
  for (let i = from; i < to; i++) {
    const id = `dev-${i}`;
    const members = Object.keys(FIELDS).map((name, k) => `"${name}":${((i * 31 + k) % 1000) / 8}`);
    yield {
      key: Buffer.from(id),
      value: Buffer.from(`{"deviceId":"${id}","ts":${1_700_000_000_000 + i},${members.join(',')}}`),
      timestamp: 1_700_000_000_000 + i,
    };
  }
}

/** Memory of a process after so many keys, in MB. */
async function memoryOf(lab: Lab, keys: number, maxSeries?: number): Promise<{ memory: number; outcome: Outcome }> {
  const cluster = await lab.single();
  // The bound is each partition's own: what is forgotten must not depend on who else is in the process.
  const state = { store: 'kafka', ...(maxSeries !== undefined && { maxSeries: Math.ceil(maxSeries / 6) }) };
  const pipeline = await PipelineUnderTest.open(lab, { cluster, fields: FIELDS, config: { state } });
  await feed(distinct(0, keys), { client: pipeline.client, topic: pipeline.source, partitions: pipeline.partitions });
  const engine = pipeline.start();
  await pipeline.caughtUp(120_000).catch(() => {}); // said below
  const settled = engine.memory.slice(-8);
  const memory = Math.min(...settled);
  // A series that was forgotten begins again: here none comes twice, so that the oracle needs no bound.
  return { memory, outcome: await conclude(pipeline, lab, { memory: 1500 }) };
}

export const D7: Scenario = {
  id: 'D7',
  title: 'a million keys; five million with a bound',
  async run(lab) {
    const million = lab.scaled(1_000_000, 100_000);
    const few = await memoryOf(lab, 10_000);
    const many = await memoryOf(lab, million);
    const bounded = await memoryOf(lab, 5 * million, million);
    const faults = [few, many, bounded].flatMap(({ outcome }) => outcome.faults);
    const grown = many.memory - few.memory;
    // 160 MB for a million keys of 6 doubles of state each; six extents are 12, and a changelog is written besides.
    const bar = 160 + (million / 1e6) * 160;
    if (grown > bar) faults.push(`${million} keys took ${Math.round(grown)} MB, more than ${Math.round(bar)}`);
    const beyond = bounded.memory - many.memory;
    if (beyond > bar / 2)
      faults.push(`with a bound of ${million} series, 5 × as many keys took ${Math.round(beyond)} MB more`);
    return {
      faults,
      facts: [
        `RSS ${Math.round(few.memory)} MB with 10,000 keys, + ${Math.round(grown)} MB with ${million}, + ${Math.round(beyond)} MB more with five times as many under a bound`,
      ],
    };
  },
};
