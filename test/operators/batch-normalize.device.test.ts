import { from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BatchNormalizeOptions, batchNormalize } from '../../operators/index.js';
import type { Backend } from '../../src/backend/backend.js';
import { openTensorFlow } from '../../src/backend/tensorflow/open-tensorflow.js';
import { openWebGpu } from '../../src/backend/webgpu/open-webgpu.js';
import { exportLayerWeights } from '../../src/normalize/batch/layer-weights.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { tensorFlowUnderTest, webGpuUnderTest } from '../support/devices.js';
import { PortableStream } from '../support/portable-stream.js';

const webgpu = webGpuUnderTest();
const tensorflow = tensorFlowUnderTest();
const devices: [name: string, open: (() => Promise<Backend>) | null][] = [
  ['webgpu', webgpu && (() => openWebGpu({ load: webgpu }))],
  ['tensorflow', tensorflow && (() => openTensorFlow({ load: tensorflow }))],
];

/** Equal to a printed vector as closely as a float32 device has to be. */
function expectEqual(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((y, i) => {
    expect(Math.abs(actual[i]! - y), `${actual[i]}, not ${y}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(y)));
  });
}

for (const [name, open] of devices)
  describe.skipIf(open === null)(`batchNormalize on ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await open!();
    });
    afterAll(() => backend?.dispose());

    const run = (batches: readonly number[][][], options: BatchNormalizeOptions) =>
      lastValueFrom(from(batches).pipe(batchNormalize<number[][]>({ ...options, backend }), toArray()));

    /** Three batches of four rows of two channels. */
    function referenceBatches(): number[][][] {
      const stream = new PortableStream(7);
      return Array.from({ length: 3 }, () =>
        Array.from({ length: 4 }, () => [5 + 2 * stream.gaussian(), 100 + stream.gaussian()]),
      );
    }

    it('equals PyTorch, running statistics and both outputs', async () => {
      const table = new SeriesTable();
      const batches = referenceBatches();
      const results = await run(batches, { semantics: 'pytorch', table });
      expect(results.map((result) => result.backend)).toEqual([name, name, name]);
      expectEqual(results[2]!.values!.slice(0, 2), [-0.39833237257576826, -0.1325508754391025]);
      const [, , mean, variance] = exportLayerWeights(table, { semantics: 'pytorch' });
      expectEqual(mean!, [1.356425698001869, 27.141384131027852]);
      expectEqual(variance!, [1.7075255514558478, 0.8726901840651642]);
      const [frozen] = await run(batches.slice(2), { semantics: 'pytorch', table, training: false });
      expectEqual(frozen!.values!.slice(0, 2), [2.0694386056369876, 78.39020044017538]);
    });

    it('equals Keras, and tf.batchNorm where that has its digits', async () => {
      const table = new SeriesTable();
      await run(referenceBatches(), { semantics: 'keras', table });
      const [, , mean, variance] = exportLayerWeights(table, { semantics: 'keras' });
      expectEqual(mean!, [0.14870477, 2.97461616]);
      expectEqual(variance!, [1.05097942, 0.98199502]);
      const rows = [2, 4, 6, 8].map((x, i) => [x, 100 + i / 10]);
      const [result] = await run([rows], { semantics: 'keras' });
      expectEqual(result!.values!.slice(0, 2), [-1.34150664, -1.29099445]);
    });
  });
