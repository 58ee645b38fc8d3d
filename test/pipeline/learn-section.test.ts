import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { learnOnline, normalize } from '../../operators/index.js';
import { createModel } from '../../src/learn/create-model.js';
import { RecordNormalizer } from '../../src/normalize/record-normalizer.js';
import type { TextPipelinePlan } from '../../src/pipeline/plan.js';
import { runPipeline } from '../../src/pipeline/run-pipeline.js';
import type { RunSummary } from '../../src/pipeline/run-summary.js';
import { toPlan } from '../../src/pipeline/to-plan.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { PortableStream } from '../support/portable-stream.js';
import { recordsOf, runConfig } from '../support/run-config.js';

/** y = 3a − 2b + noise, of three keys; b missing now and then, and y. */
function readings(length: number, seed = 5) {
  const stream = new PortableStream(seed);
  return Array.from({ length }, (_, i) => {
    const [a, b] = [20 + 4 * stream.gaussian(), 1000 + 50 * stream.gaussian()];
    const y = 3 * (a - 20) - (2 * (b - 1000)) / 50 + 0.1 * stream.gaussian();
    return { id: `d${i % 3}`, a, b: i % 17 === 3 ? null : b, y: i % 23 === 7 ? null : y };
  });
}

const ndjson = (records: readonly object[]) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`;
const score = (method: string, more: object = {}) => ({ method, warmup: 20, ...more });
const base = { record: { key: 'id' }, fields: { a: score('z-score'), b: score('z-score') } };
const linear = { model: 'linear', target: 'y', rate: 0.05, biasRate: 0.05 };

describe('learn', () => {
  it.each([
    ['key', {}, undefined],
    ['all', { per: 'all' }, undefined],
    [
      'key',
      { earlyStopping: { patience: 60 }, scaleTarget: { halfLife: 100 }, selection: true, optimizer: 'adam' },
      true,
    ],
  ] as const)(
    'predicts and judges, per %s with %o, what the operators do, to the last bit',
    async (per, options, all) => {
      const records = readings(900);
      const { output, dead } = await runConfig(ndjson(records), {
        ...base,
        learn: { watt: { ...linear, ...options } },
      });
      expect(dead).toEqual([]);
      const { optimizer = 'sgd' } = options as { optimizer?: 'adam' };
      const model = createModel('linear', 2, { rate: 0.05, biasRate: 0.05, optimizer });
      const expected = await lastValueFrom(
        from(records).pipe(
          normalize({ key: 'id', fields: base.fields as never }),
          learnOnline(model, {
            ...(per === 'key' && { key: ({ id }) => id }),
            features: ['normalized.a', 'normalized.b'],
            target: ({ y }) => y,
            ...(all && {
              earlyStopping: { patience: 60 },
              scaleTarget: { halfLife: 100 },
              selection: { raw: ['a', 'b'] },
            }),
          }),
          toArray(),
        ),
      );
      const orNull = (x: number) => (Number.isNaN(x) ? null : x);
      expect(recordsOf(output).map(({ learnt }) => learnt.watt)).toEqual(
        expected.map(({ prediction, loss, prequential }) => ({
          prediction,
          loss,
          prequential: orNull(prequential.decayed),
        })),
      );
      const learnt = expected.at(-1)!.prequential;
      expect(learnt.decayed).toBeLessThan(5);
      expect(learnt.count).toBeGreaterThan(200);
    },
  );

  it('corrects the model of a series for its renormalizations, and none of all for those of one', async () => {
    const stream = new PortableStream(3);
    const records = Array.from({ length: 1200 }, (_, i) => {
      const a = (i < 600 ? 10 : 400) + stream.gaussian();
      return { id: 'x', a, y: 2 * a + 0.1 * stream.gaussian() };
    });
    const fields = { a: { ...score('z-score', { memory: { halfLife: 300 } }), drift: { policy: 'shadow' } } };
    const learn = { model: 'linear', target: 'y', rate: 0.01 };
    const lossOf = async (per: string) => {
      const { output } = await runConfig(ndjson(records), {
        record: { key: 'id' },
        fields,
        learn: { p: { ...learn, per } },
      });
      return recordsOf(output);
    };
    const table = new SeriesTable();
    const engine = new RecordNormalizer({ named: [{ name: 'a', options: fields.a as never }], table });
    const model = createModel('linear', 1, { rate: 0.01 });
    const byHand = records.map(({ a, y }) => {
      const x = engine.score(0, table.slotOf('x'), a, Number.NaN);
      if (Number.isNaN(x)) return null;
      const prediction = model.predict([x]);
      model.learn([x], y);
      const { renormalization } = engine.fields[0]!.scorer!;
      if (renormalization!.cause !== 'none') model.correct(0, renormalization!);
      return prediction;
    });
    const corrected = await lossOf('key');
    expect(corrected.at(-1)!.epoch.a).toBeGreaterThan(0);
    expect(corrected.map(({ learnt }) => learnt.p.prediction)).toEqual(byHand);
    expect((await lossOf('all')).map(({ learnt }) => learnt.p.prediction)).not.toEqual(byHand);
  });

  it('says the same however records are cut into batches, and however often the run is stopped', async () => {
    const input = ndjson(readings(600));
    const learn = {
      watt: { ...linear, earlyStopping: { patience: 50 }, scaleTarget: true, l2: 0.001 },
      all: { model: 'passive-aggressive', target: 'y', features: ['b'], per: 'all', epsilon: 0.01 },
    };
    const run = async (maxLength: number, stops = 0) =>
      (await runConfig(input, { ...base, learn, batch: { maxLength } }, { stops })).output;
    const whole = await run(4096);
    expect(await run(1)).toBe(whole);
    expect(await run(37)).toBe(whole);
    expect(await run(100, 4)).toBe(whole);
  });

  it('leaves a record that lacks a feature or a target unlearnt, or fills in the center', async () => {
    const records = readings(300);
    for (const missing of ['skip', 'impute']) {
      const { output } = await runConfig(ndjson(records), { ...base, learn: { p: { ...linear, missing } } });
      const outputs = recordsOf(output).slice(150);
      const lacking = outputs.filter(({ b }) => b === null).map(({ learnt }) => learnt.p.prediction === null);
      expect(new Set(lacking)).toEqual(new Set([missing === 'skip']));
      const unjudged = outputs.filter(({ y, b }) => y === null && b !== null).map(({ learnt }) => learnt.p);
      expect(unjudged.length).toBeGreaterThan(3);
      for (const { prediction, loss } of unjudged) expect([typeof prediction, loss]).toEqual(['number', null]);
    }
  });

  it('tells true from false, as JSON and CSV write them, by fields that come to one number', async () => {
    const stream = new PortableStream(9);
    const records = Array.from({ length: 800 }, () => {
      const [x, isOn] = [stream.gaussian(), stream.gaussian() > 0];
      return { x, on: isOn, bad: x + (isOn ? 1 : -1) > 0 };
    });
    const config = {
      fields: { x: 'z-score', on: 'boolean' },
      learn: { risk: { model: 'logistic', target: 'bad', rate: 0.2, loss: 'error-rate' } },
    };
    const asJson = recordsOf((await runConfig(ndjson(records), config)).output).map(({ learnt }) => learnt.risk);
    expect(asJson.at(-1)!.prequential).toBeLessThan(0.2);
    const csv = `x,on,bad\n${records.map(({ x, on, bad }) => `${x},${on},${bad}`).join('\n')}\n`;
    const asCsv = recordsOf((await runConfig(csv, config, { format: 'csv', outputFormat: 'ndjson' })).output);
    expect(asCsv.map(({ learnt }) => learnt.risk)).toEqual(asJson);
    const rows = (await runConfig(csv, config, { format: 'csv' })).output.trim().split('\n');
    expect(rows[0]).toBe('x,on,bad,x_normalized,on_normalized,risk_prediction,risk_loss,risk_prequential');
    const numbers = (cells: string[]) => cells.map((cell) => (cell === '' ? null : Number(cell)));
    expect(numbers(rows.at(-1)!.split(',').slice(-3))).toEqual(Object.values(asJson.at(-1)!));
    const mixed = (await runConfig(ndjson(records), config, { outputFormat: 'csv' })).output.trim().split('\n');
    expect(mixed).toEqual(rows);
  });

  it("reads named features beside fields: '*', and takes no label for a field", async () => {
    const records = readings(200).map((record, i) => ({ ...record, bad: i % 2 === 0, learnt: 'as it came' }));
    const learn = {
      watt: { ...linear, features: ['b', 'a'] },
      bad: { model: 'logistic', target: 'bad', features: ['a'] },
    };
    const { output, summary } = await runConfig(ndjson(records), { record: { key: 'id' }, fields: '*', learn });
    const last = recordsOf(output).at(-1)!;
    expect(Object.keys(last.normalized).sort()).toEqual(['a', 'b', 'y']);
    expect(Object.keys(last.learnt)).toEqual(['watt', 'bad']);
    expect(last.learnt.watt.prediction).not.toBeNull();
    expect(summary.textValues).toEqual({});
  });

  it('replaces values in place and says beside them what was learnt', async () => {
    const records = readings(100);
    const config = { ...base, learn: { p: linear } };
    const added = recordsOf((await runConfig(ndjson(records), config)).output).at(-1)!;
    const replaced = recordsOf((await runConfig(ndjson(records), { ...config, output: 'replace' })).output).at(-1)!;
    expect(replaced).toMatchObject({ ...added.normalized, y: added.y, learnt: added.learnt });
  });
});

it('takes up a field and a model that a run of CSV goes on with and did not begin with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'learn-'));
  try {
    const path = join(folder, 'in.csv');
    const rows = readings(300).map(({ id, a, b, y }) => `${id},${a},${b ?? ''},${y ?? ''}`);
    writeFileSync(path, `id,a,b,y\n${rows.join('\n')}\n`);
    const run = async (fields: object, more: object, controller = new AbortController()) => {
      const config = {
        source: { file: { path } },
        record: { key: 'id' },
        fields,
        batch: { maxLength: 50 },
        sink: { file: { path: join(folder, 'out.ndjson') } },
        state: { store: 'file', path: join(folder, 'state') },
        ...more,
      };
      const plan = toPlan(config, ({ path: at, message }) => `${at.join('.')}: ${message}`) as TextPipelinePlan;
      await runPipeline(plan, { signal: controller.signal, onProgress: () => more === first && controller.abort() });
    };
    const first = {};
    await run({ a: score('z-score') }, first);
    await run({ a: score('z-score'), b: score('z-score') }, { learn: { p: linear } });
    const outputs = recordsOf(readFileSync(join(folder, 'out.ndjson'), 'utf8'));
    expect(outputs).toHaveLength(300);
    expect(outputs[10]!.learnt).toBeUndefined();
    expect(outputs.at(-1)).toMatchObject({
      normalized: { a: expect.any(Number), b: expect.any(Number) },
      learnt: { p: { prediction: expect.any(Number), loss: expect.any(Number) } },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a model that fails', () => {
  // One value that no step survives, of a field that nothing holds in bounds.
  const records = readings(300).map((record, i) => ({
    ...record,
    c: i === 120 ? 1e150 : 0,
    ...(i === 120 && { y: -1e308 }),
  }));
  const withRaw = { ...base, fields: { ...base.fields, c: 'none' } };

  it('is stopped; the rest goes on as it would without it', async () => {
    const wild = { ...linear, rate: 1e9, biasRate: 1e9, clipGradient: 1e308 };
    const calm = { ...linear, features: ['a'], clipGradient: 10 };
    const { output, summary } = await runConfig(ndjson(records), { ...withRaw, learn: { wild, calm } });
    const without = await runConfig(ndjson(records), { ...withRaw, learn: { calm } });
    const outputs = recordsOf(output);
    expect(outputs.at(-1)!.learnt.wild).toMatchObject({ prediction: null, loss: null });
    expect(outputs.map(({ learnt: { wild: _, ...others }, ...rest }) => ({ ...rest, learnt: others }))).toEqual(
      recordsOf(without.output),
    );
    expect(summary.missing).toBe(without.summary.missing);
    const [first, second] = summary.models;
    expect(first).toMatchObject({
      name: 'wild',
      stopped: 3,
      reason: expect.stringMatching(/^the model of "d\d" failed at record \d+: it diverged/),
    });
    expect(second).toMatchObject({ name: 'calm', stopped: 0 });
  });

  it('stays stopped through restarts, and is tried again when it is configured otherwise', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'learn-'));
    try {
      const parts = [records.slice(0, 200), records.slice(200)];
      const files = parts.map((part, i) => {
        const path = join(folder, `${i}.ndjson`);
        writeFileSync(path, ndjson(part));
        return path;
      });
      // The state goes from run to run; the source is another each time.
      const run = async (
        name: string,
        path: string,
        learn: object,
      ): Promise<{ outputs: ReturnType<typeof recordsOf>; summary: RunSummary; said: string[] }> => {
        const sink = join(folder, `${name}.ndjson`);
        const config = {
          ...withRaw,
          source: { file: { path } },
          sink: { file: { path: sink } },
          state: { store: 'file', path: join(folder, 'state') },
          learn,
        };
        const plan = toPlan(config, ({ path: at, message }) => `${at.join('.')}: ${message}`) as TextPipelinePlan;
        const said: string[] = [];
        const summary = await runPipeline(plan, { warn: (message) => said.push(message) });
        return { outputs: recordsOf(readFileSync(sink, 'utf8')), summary, said };
      };
      const learn = { p: { ...linear, clipGradient: 1e308 } };
      const first = await run('first', files[0]!, learn);
      expect(first.said).toEqual([
        expect.stringMatching(
          /^p: the model of "d0" failed at record \d+: it diverged: .*; it predicts nothing until it is configured otherwise$/,
        ),
      ]);
      const again = await run('again', files[1]!, learn);
      const ofD0 = ({ outputs }: typeof again) =>
        outputs.filter(({ id, b }) => id === 'd0' && b !== null).map(({ learnt }) => learnt.p.prediction);
      expect(new Set(ofD0(again))).toEqual(new Set([null]));
      expect(again.summary.models).toEqual([
        expect.objectContaining({ stopped: 1, reason: 'the model of "d0" was stopped by an earlier run' }),
      ]);
      const tamed = await run('tamed', files[1]!, { p: { ...linear, clipGradient: 100 } });
      expect(tamed.summary.restarted).toEqual([]);
      expect(tamed.summary.models[0]!.stopped).toBe(0);
      // From where it was: it had learnt a good deal by then.
      // From where it was: one that begins predicts 0.
      expect(ofD0(tamed)[0]).not.toBeCloseTo(0, 3);
      const changed = await run('changed', files[1]!, { p: { ...linear, features: ['a'] } });
      expect(changed.summary.restarted).toEqual(['learnt.p']);
      expect(changed.outputs[0]!.normalized.a).not.toBeNull();
      expect(changed.outputs[0]!.learnt.p.prediction).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
