import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForKafka } from '../../scripts/kafka/broker.mjs';
import { Lab } from './lab.js';
import { scenarios } from './scenarios.js';

/** Printed with every result, so that it can be had again: `npm run chaos -- --only ID --seed SEED --scale SCALE`. */
const seed = Number(process.env.CHAOS_SEED ?? 7);

const missing = missingForKafka();
if (missing !== null) {
  if (process.env.CI) throw new Error(missing);
  console.warn(`the faults are not tried: ${missing}`);
}

describe.skipIf(missing !== null)(`in short, seed ${seed}`, () => {
  let lab: Lab;
  beforeAll(() => {
    lab = new Lab({ seed, scale: 1, judgesTime: false });
  });
  afterAll(() => lab.close(), 60_000);

  for (const { id, title, short, run } of scenarios.filter((scenario) => scenario.short !== undefined))
    it(`${id}: ${title}`, async () => {
      lab.scale = short!;
      const { faults, facts } = await run(lab);
      console.log(`${id} · seed ${seed} · scale ${short!.toFixed(2)} · ${facts.join(' · ')}`);
      expect(faults).toEqual([]);
    }, 300_000);
});
