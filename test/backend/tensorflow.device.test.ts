import { describe, expect, it } from 'vitest';
import type { BatchJob } from '../../src/backend/backend.js';
import { openTensorFlow } from '../../src/backend/tensorflow/open-tensorflow.js';
import type { Tensor, TensorFlow } from '../../src/backend/tensorflow/tensorflow-types.js';
import { newGroupMoments } from '../../src/batch/group-moments.js';
import { tensorFlowUnderTest } from '../support/devices.js';

const load = tensorFlowUnderTest();

function jobOf(rows: number, groups = 4): BatchJob {
  const layout = { outer: 1, rows, groups, inner: 1, channels: groups, channelInner: 1 };
  const values = Float64Array.from({ length: rows * groups }, (_, k) => 1.7e9 + Math.sin(k));
  return { layout, values, pivots: new Float64Array(groups).fill(1.7e9), scaling: { kind: 'own', epsilon: 1e-3 } };
}

describe.skipIf(load === null)('tensorflow', () => {
  it('says which device it is on: TensorFlow falls back to the CPU without a word', async () => {
    const backend = await openTensorFlow({ load: load! });
    expect(backend.device).toMatch(/^TensorFlow \d+\.\d+\.\d+ on the (GPU|CPU)/);
  });

  it('leaves no tensor behind: masked, missing, failed, moments only, or read back', async () => {
    const tf = await load!();
    const backend = await openTensorFlow({ load: async () => tf });
    const job = jobOf(300);
    const values = Float64Array.from(job.values, (x, k) => (k % 7 === 0 ? Number.NaN : x));
    const mask = new Uint8Array(values.length).fill(1, 100);
    const { scaling: _, ...momentsOnly } = job;
    const fail = (): never => {
      throw new Error('no');
    };
    const before = tf.memory().numTensors;
    for (let i = 0; i < 20; i++) {
      await backend.submit({ ...job, values, mask, beta: Float64Array.of(1, 2, 3, 4), missing: 'center' });
      await backend.submit({ ...momentsOnly, moments: newGroupMoments(4) });
      const failing = { ...job, moments: newGroupMoments(4), scaling: { kind: 'resolved', resolve: fail } } as const;
      await expect(backend.submit(failing)).rejects.toThrow('no');
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('hands over a tensor of the shape that was asked for, to compute with on the device', async () => {
    const tf = (await load!()) as TensorFlow & { mean(tensor: Tensor): Tensor };
    const backend = await openTensorFlow({ load: async () => tf });
    const before = tf.memory().numTensors;
    const { resident } = await backend.submit({ ...jobOf(50), shape: [50, 2, 2], output: 'resident' });
    const tensor = resident!.handle as Tensor;
    expect(tensor.shape).toEqual([50, 2, 2]);
    const mean = tf.mean(tensor);
    expect(Math.abs(mean.dataSync()[0]!)).toBeLessThan(1e-6);
    mean.dispose();
    expect(backend.memory).toEqual({ buffers: 1, bytes: 800, inFlight: 0 });
    resident!.release();
    resident!.release(); // once is enough, twice does no harm
    expect(tf.memory().numTensors).toBe(before);
    expect(backend.memory).toEqual({ buffers: 0, bytes: 0, inFlight: 0 });
  });

  it('says that CUDA is gone when that is what an operation fails with, and takes no more jobs', async () => {
    const tf = await load!();
    let isBroken = false;
    const breaking = Object.create(tf, {
      tensor: {
        value: (...args: Parameters<TensorFlow['tensor']>) => {
          if (isBroken) throw new Error('Internal: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access\nmore');
          return tf.tensor(...args);
        },
      },
    }) as TensorFlow;
    const backend = await openTensorFlow({ load: async () => breaking });
    await backend.submit(jobOf(3));
    isBroken = true;
    await expect(backend.submit(jobOf(3))).rejects.toMatchObject({ code: 'BACKEND_LOST', backend: 'tensorflow' });
    isBroken = false;
    await expect(backend.submit(jobOf(3))).rejects.toMatchObject({ code: 'BACKEND_LOST' });
    expect((await backend.lost).message).not.toContain('more');
  });
});
