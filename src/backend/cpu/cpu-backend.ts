import { groupsIn, valuesIn } from '../../batch/batch-layout.js';
import { type GroupMoments, newGroupMoments } from '../../batch/group-moments.js';
import type {
  Backend,
  BackendMemory,
  BatchArray,
  BatchCoefficients,
  BatchJob,
  BatchResult,
  ResidentBatch,
} from '../backend.js';
import { newBatchCoefficients, ownCoefficients } from '../own-coefficients.js';
import { batchMoments } from './batch-moments.js';
import { normalizeBatch } from './normalize-batch.js';
import { PlainTileKernels } from './plain-tile-kernels.js';
import { simdTileKernels } from './simd-tile-kernels.js';
import type { TileKernels } from './tile-kernels.js';

/**
 * Micro-batches on the processor, in float64, at once: every `submit` is done when it returns. Cache-sized tiles through kernels in
 * WebAssembly SIMD where the engine has it, else in JavaScript, with the same results to the last bit. Allocates nothing that grows
 * with the batch but the output, where the job brings none.
 */
export class CpuBackend implements Backend {
  readonly name = 'cpu';
  readonly device: string;
  readonly precision = 'float64';
  readonly resident = 'array';
  readonly maxInFlight = 1;
  readonly lost: Promise<never> = new Promise(() => {});
  readonly #kernels: TileKernels;
  #moments: GroupMoments = newGroupMoments(0);
  #coefficients: BatchCoefficients = newBatchCoefficients(0);

  /** @param kernels @defaultValue the fastest that the engine runs */
  constructor(kernels: TileKernels = simdTileKernels() ?? new PlainTileKernels()) {
    this.#kernels = kernels;
    this.device = kernels instanceof PlainTileKernels ? 'JavaScript' : 'WebAssembly SIMD';
  }

  get memory(): BackendMemory {
    return { buffers: 0, bytes: 0, inFlight: 0 };
  }

  submit(job: BatchJob): BatchResult {
    const { layout, values, scaling, output = 'array' } = job;
    const groups = groupsIn(layout);
    const moments = job.moments ?? this.#scratch(groups);
    if (scaling?.kind !== 'given' || job.moments !== undefined) batchMoments(this.#kernels, job, moments);
    if (scaling === undefined) return {};
    const out = job.out ?? new Float32Array(valuesIn(layout));
    normalizeBatch(this.#kernels, job, this.#coefficientsOf(scaling, moments), out);
    return output === 'array' ? { values: out } : { resident: resident(out, job.shape ?? [values.length]) };
  }

  dispose(): void {}

  #coefficientsOf(scaling: NonNullable<BatchJob['scaling']>, moments: GroupMoments): BatchCoefficients {
    if (scaling.kind === 'given') return scaling.coefficients;
    if (scaling.kind === 'resolved') return scaling.resolve(moments);
    const groups = moments.count.length;
    if (this.#coefficients.scale.length !== groups) this.#coefficients = newBatchCoefficients(groups);
    return ownCoefficients(moments, scaling.epsilon, this.#coefficients);
  }

  /** Room for the moments of a job, kept for the next of the same size. */
  #scratch(groups: number): GroupMoments {
    if (this.#moments.count.length !== groups) this.#moments = newGroupMoments(groups);
    return this.#moments;
  }
}

function resident(out: BatchArray, shape: readonly number[]): ResidentBatch {
  return { kind: 'array', handle: out, shape, toArray: () => out, release: () => {} };
}
