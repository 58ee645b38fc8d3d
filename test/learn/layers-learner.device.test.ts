import { from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchNormalize, type LearntBatch, learnOnline, microBatch } from '../../operators/index.js';
import type { Backend } from '../../src/backend/backend.js';
import { openTensorFlow } from '../../src/backend/tensorflow/open-tensorflow.js';
import type { TensorFlow } from '../../src/backend/tensorflow/tensorflow-types.js';
import { LayersLearner, type LayersModelLike, type LayersTensorFlow } from '../../src/learn/layers-learner.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { tensorFlowUnderTest } from '../support/devices.js';
import { PortableStream } from '../support/portable-stream.js';

// biome-ignore lint/suspicious/noExplicitAny: TensorFlow.js has types of its own, which are only there with it
type Tf = any;
const load = tensorFlowUnderTest();

interface Reading {
  a: number;
  b: number;
  y: number;
}

function readings(length: number): Reading[] {
  const stream = new PortableStream(2);
  return Array.from({ length }, () => {
    const [a, b] = [stream.gaussian(), stream.gaussian()];
    return { a: 1e5 + 40 * a, b: 290 + b, y: 2 * a - b + 0.5 * a * b };
  });
}

for (const backend of ['tensorflow', 'cpu'])
  describe.skipIf(load === null)(`LayersLearner on TensorFlow.js, backend ${backend}`, () => {
    let tf: Tf;
    let device: Backend;
    beforeAll(async () => {
      device = await openTensorFlow({ load: load! });
      tf = ((await load!()) as TensorFlow & { default?: unknown }).default ?? (await load!());
      await tf.setBackend(backend);
    });

    afterAll(async () => {
      await tf?.setBackend('tensorflow');
      await device?.dispose();
    });

    const makeModel = (dropout = 0): LayersModelLike => {
      const layers = [
        tf.layers.dense({
          units: 8,
          inputShape: [2],
          activation: 'tanh',
          kernelInitializer: tf.initializers.glorotUniform({ seed: 7 }),
        }),
        ...(dropout > 0 ? [tf.layers.dropout({ rate: dropout, seed: 5 })] : []),
        tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 8 }) }),
      ];
      const model = tf.sequential({ layers });
      model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
      return model;
    };
    const learner = (model: LayersModelLike) => new LayersLearner(tf as LayersTensorFlow, model);
    const run = async (
      records: readonly Reading[],
      model: LayersLearner,
      table = new SeriesTable(),
    ): Promise<LearntBatch<unknown>[]> =>
      lastValueFrom(
        from(records as Reading[]).pipe(
          microBatch({ fields: { a: (r: Reading) => r.a, b: (r: Reading) => r.b }, maxLength: 64 }),
          batchNormalize({
            ...(backend === 'tensorflow' && { backend: device }),
            output: 'tensor',
            table,
          }),
          learnOnline<Reading>(model, { target: (r) => r.y, table }),
          toArray(),
        ),
      );

    it('learns, and leaves no tensor behind', async () => {
      const model = makeModel();
      await run(readings(128), learner(model));
      const before = tf.memory().numTensors;
      const out = await run(readings(4096), learner(model));
      expect(out.at(-1)!.loss).toBeLessThan(0.2 * out[0]!.loss!);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('goes on from a table to the last bit: weights, optimizer, losses', async () => {
      const records = readings(1280);
      const whole = await run(records, learner(makeModel()));
      const table = new SeriesTable();
      const first = learner(makeModel());
      await run(records.slice(0, 640), first, table);
      await first.saveTo(table);
      const restored = SeriesTable.fromBytes(table.toBytes());
      const second = learner(makeModel());
      expect(await second.restoreFrom(restored)).toBe(true);
      const rest = await run(records.slice(640), second, restored);
      expect(rest.map(({ predictions, prequential }) => ({ predictions, prequential }))).toEqual(
        whole.slice(10).map(({ predictions, prequential }) => ({ predictions, prequential })),
      );
      expect(await learner(makeModel()).restoreFrom(new SeriesTable())).toBe(false);
    });

    it('drops units while it learns, and not while it predicts', async () => {
      const model = makeModel(0.5);
      const rows = { length: 1, inputs: 2, values: Float64Array.of(0.3, -0.7), resident: null };
      const same = learner(model);
      const [once, again] = [await same.predictBatch(rows), await same.predictBatch(rows)];
      expect(Array.from(once)).toEqual(Array.from(again));
      const plain = learner(makeModel(0));
      expect(Array.from(await plain.predictBatch(rows))).toEqual(Array.from(once));
      await same.learnBatch(rows, Float64Array.of(1));
      await plain.learnBatch(rows, Float64Array.of(1));
      expect(Array.from(await plain.predictBatch(rows))).not.toEqual(Array.from(await same.predictBatch(rows)));
    });

    it('takes back a step that leaves the finite numbers', async () => {
      const model = makeModel();
      const rows = { length: 1, inputs: 2, values: Float64Array.of(1, 1), resident: null };
      const one = learner(model);
      await one.learnBatch(rows, Float64Array.of(1));
      const before = Array.from(await one.predictBatch(rows));
      await expect(one.learnBatch(rows, Float64Array.of(1e38))).rejects.toMatchObject({ code: 'MODEL_FAILED' });
      expect(Array.from(await one.predictBatch(rows))).toEqual(before);
    });

    it('refuses a model that is not compiled', () => {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
      expect(() => learner(model)).toThrow('model must be compiled');
    });
  });
