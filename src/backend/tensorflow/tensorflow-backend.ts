import { type BatchLayout, groupsIn, valuesIn } from '../../batch/batch-layout.js';
import { type GroupMoments, newGroupMoments } from '../../batch/group-moments.js';
import { BackendLostError, InvalidOptionError } from '../../errors.js';
import type { Backend, BackendMemory, BatchCoefficients, BatchJob, BatchResult, ResidentBatch } from '../backend.js';
import { Residuals } from '../float32/residuals.js';
import { newBatchCoefficients, ownCoefficients } from '../own-coefficients.js';
import type { Tensor, TensorFlow } from './tensorflow-types.js';

/** How often values are packed again about a nearer pivot. */
const APPROACHES = 4;
/** Rows that are summed in one go. */
const SHARE = 64;

/** Micro-batches on TensorFlow, in float32 about a pivot. One job at a time, done when `submit` returns. */
export class TensorFlowBackend implements Backend {
  readonly name = 'tensorflow';
  readonly precision = 'float32';
  readonly resident = 'tf.Tensor';
  readonly maxInFlight = 1;
  readonly device: string;
  readonly lost: Promise<BackendLostError>;
  readonly #tf: TensorFlow;
  readonly #residuals = new Residuals();
  readonly #residents = new Set<Tensor>();
  #weights = new Float32Array(0);
  #present = new Uint8Array(0);
  #count = new Float64Array(0);
  #mean = new Float64Array(0);
  #m2 = new Float64Array(0);
  #lost: BackendLostError | null = null;
  #tellLost!: (error: BackendLostError) => void;
  #disposed = false;

  constructor(tf: TensorFlow, device: string) {
    this.#tf = tf;
    this.device = device;
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
  }

  get memory(): BackendMemory {
    let bytes = 0;
    for (const tensor of this.#residents) bytes += tensor.size * 4;
    return { buffers: this.#residents.size, bytes, inFlight: 0 };
  }

  async submit(job: BatchJob): Promise<BatchResult> {
    if (this.#disposed) throw new BackendLostError('tensorflow', 'it was disposed of');
    if (this.#lost !== null) throw this.#lost;
    let result: Tensor | undefined;
    try {
      // Nothing in here waits, so that jobs settle in their order; what `tidy` does not hand out it disposes of.
      result = this.#tf.tidy(() => this.#perform(job) as Tensor);
    } catch (error) {
      throw this.#causeOf(error);
    } finally {
      this.#residuals.release();
    }
    if (result === undefined) return {};
    if (job.output === 'resident') return { resident: this.#residentBatch(result, job) };
    const values = job.out ?? new Float32Array(valuesIn(job.layout));
    try {
      values.set(result.dataSync());
    } catch (error) {
      throw this.#causeOf(error);
    } finally {
      result.dispose();
    }
    return { values };
  }

  dispose(): void {
    this.#disposed = true; // the tensors that were handed over belong to their holders
  }

  #perform(job: BatchJob): Tensor | undefined {
    const { scaling, layout } = job;
    this.#residuals.pack(job);
    const { pivots } = job;
    if (scaling?.kind === 'given' && job.moments === undefined)
      return this.#normalize(job, this.#upload(job), scaling.coefficients, pivots);
    const values = this.#takeMoments(job);
    if (job.moments !== undefined) this.#writeMoments(job.moments, pivots);
    switch (scaling?.kind) {
      case undefined:
        return undefined;
      case 'own': {
        const near = this.#residuals.pivots;
        const moments = newGroupMoments(groupsIn(layout));
        this.#writeMoments(moments, near);
        const own = ownCoefficients(moments, scaling.epsilon, newBatchCoefficients(groupsIn(layout)));
        return this.#normalize(job, values, own, near);
      }
      case 'given':
        return this.#normalize(job, values, scaling.coefficients, pivots);
      case 'resolved':
        if (job.moments === undefined)
          throw new InvalidOptionError('moments', undefined, 'given with resolved scaling');
        return this.#normalize(job, values, scaling.resolve(job.moments), pivots);
    }
  }

  #writeMoments(target: GroupMoments, origin: Float64Array): void {
    this.#residuals.writeMoments(target, this.#count, this.#mean, this.#m2, origin);
  }

  /** The residuals on the device, 0 where a value is missing. */
  #upload({ layout }: BatchJob): Tensor {
    const { outer, rows, groups, inner } = layout;
    const { values, missing } = this.#residuals;
    if (missing > 0) {
      if (this.#present.length !== values.length) this.#present = new Uint8Array(values.length);
      for (let k = 0; k < values.length; k++) {
        const there = !Number.isNaN(values[k]!);
        this.#present[k] = there ? 1 : 0;
        if (!there) values[k] = 0;
      }
    }
    return this.#tf.tensor(values, [outer, rows, groups, inner], 'float32');
  }

  /** Moments of the residuals; answers the values that they were taken of. */
  #takeMoments(job: BatchJob): Tensor {
    for (let i = 0; ; i++) {
      const values = this.#upload(job);
      const weights = this.#weigh(job);
      this.#sumUp(job.layout, values, weights);
      if (i === APPROACHES || !this.#residuals.approach(this.#count, this.#mean, this.#m2)) return values;
    }
  }

  /** Counts each group; weights of 0 and 1 where some values are kept out. */
  #weigh({ layout, mask }: BatchJob): Tensor | null {
    const { outer, rows, groups, inner } = layout;
    const all = groupsIn(layout);
    if (this.#count.length !== all) {
      this.#count = new Float64Array(all);
      this.#mean = new Float64Array(all);
      this.#m2 = new Float64Array(all);
    }
    const { missing } = this.#residuals;
    if (mask === undefined && missing === 0) {
      this.#count.fill(rows * inner);
      return null;
    }
    const length = valuesIn(layout);
    if (this.#weights.length !== length) this.#weights = new Float32Array(length);
    this.#count.fill(0);
    let k = 0;
    for (let o = 0; o < outer; o++)
      for (let row = 0; row < rows; row++)
        for (let g = o * groups; g < (o + 1) * groups; g++)
          for (const end = k + inner; k < end; k++) {
            const taken = (mask === undefined || mask[k] !== 0) && (missing === 0 || this.#present[k] !== 0);
            this.#weights[k] = taken ? 1 : 0;
            if (taken) this.#count[g]!++;
          }
    return this.#tf.tensor(this.#weights, [outer, rows, groups, inner], 'float32');
  }

  /**
   * Means on the first pass, and squares about them on the second, with the correction that the rounding of the mean calls for: Chan,
   * Golub & LeVeque (1983). The sums are finished on the host, in float64.
   */
  #sumUp(layout: BatchLayout, values: Tensor, weights: Tensor | null): void {
    const sums = this.#sums(layout, weights === null ? values : values.mul(weights));
    const means = new Float32Array(sums.length);
    for (let q = 0; q < means.length; q++) means[q] = this.#count[q]! > 0 ? sums[q]! / this.#count[q]! : 0;
    const centered = values.sub(this.#byGroup(layout, means));
    const deviations = weights === null ? centered : centered.mul(weights);
    const rest = this.#sums(layout, deviations);
    const squares = this.#sums(layout, deviations.square());
    for (let q = 0; q < means.length; q++) {
      const count = this.#count[q]!;
      const step = count > 0 ? rest[q]! / count : 0;
      this.#mean[q] = means[q]! + step;
      this.#m2[q] = Math.max(0, squares[q]! - step * rest[q]!);
    }
  }

  /** Sums by group. The device adds up few values at a time, so that float32 keeps its digits; the host adds up the rest. */
  #sums({ outer, rows, groups, inner }: BatchLayout, values: Tensor): Float64Array {
    const totals = new Float64Array(outer * groups);
    if (inner >= SHARE) {
      const parts = Math.floor(inner / SHARE);
      const left = inner - parts * SHARE;
      const whole = left === 0 ? values : values.slice([0, 0, 0, 0], [outer, rows, groups, parts * SHARE]);
      addUp(totals, whole.reshape([outer, rows, groups, parts, SHARE]).sum([4]).dataSync(), rows, groups, parts);
      if (left > 0) {
        const rest = values.slice([0, 0, 0, parts * SHARE], [outer, rows, groups, left]);
        addUp(totals, rest.sum([3]).dataSync(), rows, groups, 1);
      }
      return totals;
    }
    const byRow = inner === 1 ? values.reshape([outer, rows, groups]) : values.sum([3]);
    const parts = Math.floor(rows / SHARE);
    const left = rows - parts * SHARE;
    if (parts > 0) {
      const whole = left === 0 ? byRow : byRow.slice([0, 0, 0], [outer, parts * SHARE, groups]);
      addUp(totals, whole.reshape([outer, parts, SHARE, groups]).sum([2]).dataSync(), parts, groups, 1);
    }
    if (left > 0) {
      const rest = byRow.slice([0, parts * SHARE, 0], [outer, left, groups]);
      addUp(totals, rest.sum([1]).dataSync(), 1, groups, 1);
    }
    return totals;
  }

  /** `origin`: what the coefficients' shift is counted from. */
  #normalize(job: BatchJob, values: Tensor, { shift, scale, offset }: BatchCoefficients, origin: Float64Array): Tensor {
    const { layout, missing, beta, gamma } = job;
    const { outer, rows, groups, inner, channels, channelInner } = layout;
    const { units, pivots } = this.#residuals;
    const all = groupsIn(layout);
    const channelOfGroup = channels === groups && channelInner === inner;
    const centers = new Float32Array(all);
    const scales = new Float32Array(all);
    const offsets = new Float32Array(all);
    for (let q = 0; q < all; q++) {
      const unit = units[q]!;
      const factor = channelOfGroup && gamma !== undefined ? gamma[q % groups]! : 1;
      centers[q] = (shift[q]! - (pivots[q]! - origin[q]!)) * unit;
      scales[q] = (scale[q]! / unit) * factor;
      offsets[q] = offset[q]! * factor + (channelOfGroup && beta !== undefined ? beta[q % groups]! : 0);
    }
    let y = values
      .sub(this.#byGroup(layout, centers))
      .mul(this.#byGroup(layout, scales))
      .add(this.#byGroup(layout, offsets));
    if (!channelOfGroup && (gamma !== undefined || beta !== undefined)) {
      y = y.reshape([y.size / (channels * channelInner), channels, channelInner]);
      if (gamma !== undefined) y = y.mul(this.#byChannel(layout, gamma));
      if (beta !== undefined) y = y.add(this.#byChannel(layout, beta));
    }
    if (this.#residuals.missing > 0) y = this.#fillMissing(layout, y, missing === 'center' ? beta : null);
    return y.reshape(job.shape === undefined ? [outer * rows * groups * inner] : [...job.shape]);
  }

  /** NaN where a value is missing, or β; but NaN wherever the group has no coefficients. */
  #fillMissing(layout: BatchLayout, y: Tensor, beta: Float64Array | null | undefined): Tensor {
    const { channels, channelInner } = layout;
    const present = this.#tf.tensor(this.#present, y.shape, 'bool');
    if (beta === null) return this.#tf.where(present, y, y.mul(Number.NaN));
    const zeros = y.mul(0);
    if (beta === undefined) return this.#tf.where(present, y, zeros);
    const byChannel = [y.size / (channels * channelInner), channels, channelInner];
    const betas = zeros.reshape(byChannel).add(this.#byChannel(layout, beta)).reshape(y.shape);
    return this.#tf.where(present, y, betas);
  }

  #byGroup({ outer, groups }: BatchLayout, values: Float32Array): Tensor {
    return this.#tf.tensor(values, [outer, 1, groups, 1], 'float32');
  }

  #byChannel({ channels }: BatchLayout, values: Float64Array): Tensor {
    return this.#tf.tensor(Float32Array.from(values), [1, channels, 1], 'float32');
  }

  #residentBatch(tensor: Tensor, job: BatchJob): ResidentBatch {
    this.#residents.add(tensor);
    return {
      kind: 'tf.Tensor',
      handle: tensor,
      shape: job.shape ?? [valuesIn(job.layout)],
      toArray: () => Float32Array.from(tensor.dataSync()),
      release: () => {
        if (this.#residents.delete(tensor)) tensor.dispose();
      },
    };
  }

  /** What CUDA reports once it reports for ever: its context is gone. */
  #causeOf(error: unknown): unknown {
    if (!(error instanceof Error) || !/CUDA_ERROR|CUDNN_STATUS|CUBLAS_STATUS|cudaError/.test(error.message))
      return error;
    this.#lost = new BackendLostError('tensorflow', error.message.split('\n')[0]!, { cause: error });
    this.#tellLost(this.#lost);
    return this.#lost;
  }
}

/** Adds `[outer, rows, groups, inner]` values to the totals of their groups. */
function addUp(totals: Float64Array, values: ArrayLike<number>, rows: number, groups: number, inner: number): void {
  const outer = totals.length / groups;
  let k = 0;
  for (let o = 0; o < outer; o++)
    for (let row = 0; row < rows; row++)
      for (let q = o * groups; q < (o + 1) * groups; q++)
        for (const end = k + inner; k < end; k++) totals[q]! += values[k]!;
}
