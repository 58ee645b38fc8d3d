import { Subject } from 'rxjs';
import { batchNormalize } from '../../../operators/index.js';
import { CpuBackend } from '../../../src/backend/cpu/cpu-backend.js';
import type { BatchCoefficients } from '../../../src/batch/batch-scaling.js';
import { choosePivots } from '../../../src/batch/choose-pivots.js';
import { newGroupMoments } from '../../../src/batch/group-moments.js';
import { newBatchCoefficients } from '../../../src/batch/own-coefficients.js';
import { resolveBatchNorm } from '../../../src/normalize/batch/resolve-batch-norm.js';
import { RunningChannels } from '../../../src/normalize/batch/running-channels.js';
import { seededGaussian } from '../../support/seeded-gaussian.js';
import type { Bar, Case, Row } from '../case.js';
import type { Contender, Input, Work } from '../contender.js';
import { sampled, twoPass } from './expected-scores.js';

const width = 8;

/** Learns each batch and scores it by all that was learnt by then, as `partial_fit` and `transform` of scikit-learn do. */
function pooled({ data, parameters }: Input): Work {
  const rows = parameters.batch!;
  const batches = Array.from({ length: data.length / (rows * width) }, (_, i) =>
    data.slice(i * rows * width, (i + 1) * rows * width),
  );
  const outs = batches.map((batch) => batch.slice());
  const layout = { outer: 1, rows, groups: width, inner: 1, channels: width, channelInner: 1 };
  const backend = new CpuBackend();
  const rules = resolveBatchNorm({});
  const pivots = new Float64Array(width);
  const moments = newGroupMoments(width);
  const run = () => {
    const running = new RunningChannels(rules, width);
    const resolve = ({ count, shift, m2 }: typeof moments): BatchCoefficients => {
      const coefficients = newBatchCoefficients(width);
      for (let c = 0; c < width; c++) {
        running.learn(c, count[c]!, pivots[c]!, shift[c]!, m2[c]!);
        coefficients.shift[c] = shift[c]! - running.distance(c, pivots[c]!, shift[c]!);
        coefficients.scale[c] = 1 / running.deviation(c);
      }
      return coefficients;
    };
    for (const [i, values] of batches.entries()) {
      choosePivots(layout, values, pivots);
      backend.submit({ layout, values, pivots, moments, scaling: { kind: 'resolved', resolve }, out: outs[i]! });
    }
  };
  return {
    run,
    answers: () => {
      run();
      return sampled(data.length / width).flatMap((i) => {
        const at = (i % rows) * width;
        return Array.from(outs[Math.floor(i / rows)]!.subarray(at, at + width));
      });
    },
  };
}

/** Each batch by its own moments, through the operator. */
const operator =
  (precision: 'float64' | 'float32', channels: (parameters: Input['parameters']) => number) =>
  ({ data, parameters }: Input): Work => {
    const shape = [data.length / channels(parameters), channels(parameters)];
    const batch = { values: precision === 'float32' ? Float32Array.from(data) : data, shape };
    const source = new Subject<typeof batch>();
    let last: ArrayLike<number> = [];
    source
      .pipe(batchNormalize(precision === 'float32' ? { semantics: 'pytorch', channels: 'last' } : {}))
      .subscribe(({ values }) => {
        last = values!;
      });
    const run = () => source.next(batch);
    return {
      run,
      answers: () => {
        run();
        return sampled(last.length).map((k) => last[k]!);
      },
    };
  };

function running(rows: number, batch: number): Case {
  const bars: Readonly<Record<number, Bar>> = {
    64: { of: 'ours', beside: 'sklearn', measure: 'times', bar: 30, goal: 100 },
    65536: { of: 'ours', beside: 'sklearn', measure: 'times', bar: 2, goal: 5 },
  };
  return {
    id: `mini-batch/${batch}`,
    title: `Batches of ${batch.toLocaleString('en')} × 8, float64: learn the batch, then score it by all that was seen`,
    unit: 'values',
    observations: rows * width,
    data: () => seededGaussian({ seed: 42, length: rows * width }).map((g, k) => 20 + (k % width) + 3 * g),
    parameters: { batch },
    expected: (xs) =>
      sampled(rows).flatMap((i) => {
        const seen = (Math.floor(i / batch) + 1) * batch;
        return Array.from({ length: width }, (_, c) => {
          const { mean, sd } = twoPass(Float64Array.from({ length: seen }, (_, k) => xs[k * width + c]!));
          return (xs[i * width + c]! - mean) / sd;
        });
      }),
    tolerance: 1e-9,
    contenders: [
      { id: 'ours', name: 'CPU backend, pooled', isOurs: true, work: pooled },
      {
        id: 'sklearn',
        name: 'scikit-learn `StandardScaler`, `partial_fit` + `transform`',
        needs: 'python',
        task: 'mini_batch.sklearn',
      },
      { id: 'numpy', name: 'numpy, by hand', needs: 'python', task: 'mini_batch.by_hand' },
      {
        id: 'river',
        name: 'river `StandardScaler`, `learn_many` + `transform_many`',
        needs: 'python',
        task: 'mini_batch.river_many',
      },
    ],
    ...(bars[batch] && { bars: [bars[batch]] }),
  };
}

const epsilon = 1e-5;

function batchNorm(rows: number, channels: number): Case {
  const work = operator('float32', (parameters) => parameters.channels!);
  const tfjs: Contender = {
    id: 'tfjs',
    name: 'tfjs, TensorFlow on the CPU, one thread',
    needs: 'devices',
    work: tensorFlow,
  };
  return {
    id: `batch-norm/${rows}x${channels}`,
    title: `Batch normalization, training forward, ${rows.toLocaleString('en')} × ${channels}, float32, one CPU thread`,
    unit: 'values',
    observations: rows * channels,
    data: () =>
      seededGaussian({ seed: 42, length: rows * channels }).map((g, k) => Math.fround(20 + (k % width) + 3 * g)),
    parameters: { channels },
    expected: (xs) =>
      sampled(xs.length).map((k) => {
        const c = k % channels;
        const { mean, sd } = twoPass(Float64Array.from({ length: rows }, (_, i) => xs[i * channels + c]!));
        return (xs[k]! - mean) / Math.sqrt(sd * sd + epsilon);
      }),
    tolerance: 1e-4,
    contenders: [
      { id: 'ours', name: "`batchNormalize({ semantics: 'pytorch' })`", isOurs: true, work },
      { id: 'torch', name: 'torch `BatchNorm1d`', needs: 'torch', task: 'batch_norm.torch_1d' },
      tfjs,
    ],
    ...(rows === 65_536 && { bars: [{ of: 'ours', beside: 'torch', measure: 'times', bar: 0.25, goal: 1 }] }),
  };
}

/** What of tfjs is used. */
interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(work: () => T): T;
  tensor2d(values: Float32Array, shape: [number, number]): Tensor;
  moments(x: Tensor, axis: number): { mean: Tensor; variance: Tensor };
  batchNorm(x: Tensor, mean: Tensor, variance: Tensor, offset: null, scale: null, epsilon: number): Tensor;
  version: { tfjs: string };
}
interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** Upload, moments, normalization and readback, as ours. */
async function tensorFlow({ data, parameters }: Input): Promise<Work> {
  const name = '@tensorflow/tfjs-node'; // not a literal in the import: it need not be there
  const module = (await import(name)) as Tfjs & { default?: Tfjs };
  const tf = module.default ?? module;
  await tf.setBackend('tensorflow');
  await tf.ready();
  const values = Float32Array.from(data);
  const channels = parameters.channels!;
  let out: Float32Array = values;
  const run = () => {
    // Read outside of tidy, which looks through what it returns for tensors, number by number.
    const y = tf.tidy(() => {
      const x = tf.tensor2d(values, [values.length / channels, channels]);
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(x, mean, variance, null, null, epsilon);
    });
    out = y.dataSync();
    y.dispose();
  };
  return {
    run,
    answers: () => {
      run();
      return sampled(out.length).map((k) => out[k]!);
    },
    version: tf.version.tfjs,
  };
}

export const miniBatch: Row = {
  id: 'mini-batch',
  title: 'Mini-batches',
  cases: ({ isSmoke }) =>
    isSmoke ? [running(256, 64)] : [running(8192, 64), running(65_536, 1024), running(65_536, 65_536)],
};

export const batchNormalization: Row = {
  id: 'batch-norm',
  title: 'Batch normalization',
  cases: ({ isSmoke }) =>
    isSmoke ? [batchNorm(64, 8)] : [batchNorm(65_536, 8), batchNorm(4096, 8), batchNorm(1024, 256)],
};
