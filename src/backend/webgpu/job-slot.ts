import { type BatchLayout, groupsIn, valuesIn } from '../../batch/batch-layout.js';
import type { GroupMoments } from '../../batch/group-moments.js';
import type { BatchCoefficients, BatchJob } from '../backend.js';
import { Residuals } from '../float32/residuals.js';
import { BufferPool } from './buffer-pool.js';
import {
  COPY_DST,
  COPY_SRC,
  type GpuBuffer,
  type GpuDevice,
  type GpuEncoder,
  type GpuPass,
  MAP_READ,
  MODE_READ,
  STORAGE,
  UNIFORM,
} from './gpu-types.js';
import { type KernelSet, type KernelTraits, keyOf, traitsOf } from './kernel-set.js';
import { FUSED, type KernelName, SHARE, TEAM, TEAM_PARTS, TEAM_SHARE, WORKGROUP } from './kernels.js';

/** Bytes of a group's moments, and of its coefficients. */
const VECTOR = 16;
/** How far apart uniforms lie that are bound one by one. */
const UNIFORM_STEP = 256;
/** Merging divides parts by SHARE each time: 2³² parts take six. */
const MERGES = 8;
/** Workgroups that fit one dimension of a dispatch. */
const MOST_WORKGROUPS = 65_535;

/** What each kernel is bound to; the numbers are those in the shader. */
const BINDINGS: Record<KernelName, readonly number[]> = {
  moments: [0, 1, 2, 4],
  merge: [0, 3, 4],
  coefficients: [0, 3, 5, 7],
  normalize: [0, 1, 6, 8, 9],
  fused: [0, 1, 2, 4, 5, 8, 9],
  fusedBySubgroup: [0, 1, 2, 4, 5, 8, 9],
  momentsOfFour: [0, 1, 2, 4],
  finish: [0, 3, 4, 5, 7],
  normalizeFour: [0, 1, 6, 8, 9],
};

/** What is done in one submission: moments; coefficients from them; normalization into `output`. */
export interface Passes {
  moments?: boolean;
  own?: boolean;
  output?: GpuBuffer;
}

/**
 * Host and device memory of one job in flight, reused from job to job: upload, the passes, and reading back. A slot has one job at a time.
 */
export class JobSlot {
  readonly residuals = new Residuals();
  /** Moments of the residuals as the device found them, by group. */
  readonly #found = { count: new Float64Array(0), mean: new Float64Array(0), m2: new Float64Array(0) };
  readonly pool: BufferPool;
  readonly #device: GpuDevice;
  readonly #kernels: KernelSet;
  readonly #params = new Uint32Array((UNIFORM_STEP / 4) * MERGES);
  readonly #groups = new Map<string, object>();
  #generation = -1;
  #mask = new Uint8Array(0);
  #vectors = new Float32Array(0);
  #channels = new Float32Array(0);
  #job!: BatchJob;
  #traits!: KernelTraits;
  #key = '';
  /** Parts that a group is divided into. */
  #parts = 0;
  /** How teams divide the batch; null where single threads do. */
  #teams: Teams | null = null;
  /** Which of the two buffers of partial moments has the result. */
  #final = 0;

  constructor(device: GpuDevice, kernels: KernelSet) {
    this.#device = device;
    this.#kernels = kernels;
    this.pool = new BufferPool(device);
  }

  /** Takes a job: packs its values and makes room for it. */
  begin(job: BatchJob): void {
    const { layout, mask } = job;
    const groups = groupsIn(layout);
    const items = layout.rows * layout.inner;
    this.#job = job;
    this.#traits = traitsOf(job);
    this.#key = keyOf(this.#traits);
    this.#teams = this.#kernels.teams ? teamsFor(layout, this.#traits, this.#kernels.teamsWanted) : null;
    this.#parts = Math.max(1, Math.ceil(items / (this.#teams?.rows ?? SHARE)));
    if (this.#found.count.length !== groups) {
      this.#found.count = new Float64Array(groups);
      this.#found.mean = new Float64Array(groups);
      this.#found.m2 = new Float64Array(groups);
    }
    if (this.#vectors.length < groups * 4) this.#vectors = new Float32Array(groups * 4);
    this.residuals.pack(job);

    const { pool } = this;
    pool.ensure('params', UNIFORM_STEP * MERGES, UNIFORM | COPY_DST);
    pool.ensure('values', valuesIn(layout) * 4, STORAGE | COPY_DST);
    pool.ensure('mask', mask === undefined ? 4 : valuesIn(layout), STORAGE | COPY_DST);
    pool.ensure('partials0', groups * this.#parts * VECTOR, STORAGE | COPY_SRC);
    pool.ensure('partials1', groups * Math.ceil(this.#parts / SHARE) * VECTOR, STORAGE | COPY_SRC);
    pool.ensure('epsilons', groups * 4, STORAGE | COPY_DST);
    pool.ensure('coefficients', groups * VECTOR, STORAGE | COPY_DST);
    pool.ensure('channels', layout.channels * 8, STORAGE | COPY_DST);
    this.#uploadParams();
    if (mask !== undefined) this.#uploadMask(mask);
    if (this.#traits.affine) this.#uploadChannels();
  }

  end(): void {
    this.residuals.release();
    this.#job = undefined as unknown as BatchJob; // the caller's arrays are not held on to
  }

  uploadValues(): void {
    const { values } = this.residuals;
    this.#device.queue.writeBuffer(this.#buffer('values'), 0, values, 0, values.length);
  }

  /** In the device's unit, which may have changed with the last packing. */
  uploadEpsilon(epsilon: number): void {
    const { units } = this.residuals;
    for (let q = 0; q < units.length; q++) this.#vectors[q] = Math.min(3e38, epsilon * units[q]! * units[q]!);
    this.#device.queue.writeBuffer(this.#buffer('epsilons'), 0, this.#vectors, 0, units.length);
  }

  uploadCoefficients(coefficients: BatchCoefficients): void {
    this.residuals.writeCoefficients(this.#vectors, coefficients);
    const length = groupsIn(this.#job.layout) * 4;
    this.#device.queue.writeBuffer(this.#buffer('coefficients'), 0, this.#vectors, 0, length);
  }

  /**
   * Runs the passes that are asked for, in one submission: moments; coefficients from them; normalization into `output`. Moments are read
   * back where they were taken, and the output with `read`; then `whenHere` is called with the output, which lasts only as long as the call.
   */
  async run(passes: Passes & { read?: boolean }, whenHere?: (values: Float32Array) => void): Promise<void> {
    const { moments = false, output, read = false } = passes;
    const { layout } = this.#job;
    const groups = groupsIn(layout);
    const momentBytes = moments ? groups * VECTOR : 0;
    const valueBytes = read ? valuesIn(layout) * 4 : 0;
    // Without anything to read the job would settle before it is done, and the next would not wait for it.
    const bytes = Math.max(4, momentBytes + valueBytes);
    const back = this.pool.ensure('back', bytes, MAP_READ | COPY_DST);

    const encoder = this.#device.createCommandEncoder();
    this.#encodePasses(encoder, passes);
    if (moments) encoder.copyBufferToBuffer(this.#partials(this.#final), 0, back, 0, momentBytes);
    if (read) encoder.copyBufferToBuffer(output!, 0, back, momentBytes, valueBytes);
    else if (!moments) encoder.copyBufferToBuffer(output!, 0, back, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    await back.mapAsync(MODE_READ, 0, bytes);
    try {
      const mapped = back.getMappedRange(0, bytes);
      if (moments) this.#readMoments(mapped, groups);
      whenHere?.(new Float32Array(mapped, momentBytes, valueBytes / 4));
    } finally {
      back.unmap();
    }
  }

  /** Runs passes without reading anything back, and without waiting: what a device can do by itself. */
  submit(passes: Passes): void {
    const encoder = this.#device.createCommandEncoder();
    this.#encodePasses(encoder, passes);
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Packs again about the mean where the pivot was far from it; true where it was, and everything must be uploaded and run again. */
  approach(): boolean {
    const { count, mean, m2 } = this.#found;
    return this.residuals.approach(count, mean, m2);
  }

  writeMoments(target: GroupMoments): void {
    const { count, mean, m2 } = this.#found;
    this.residuals.writeMoments(target, count, mean, m2);
  }

  output(): GpuBuffer {
    return this.pool.ensure('output', valuesIn(this.#job.layout) * 4, STORAGE | COPY_SRC);
  }

  destroy(): void {
    this.pool.destroy();
    this.#groups.clear();
  }

  #encodePasses(encoder: GpuEncoder, { moments = false, own = false, output }: Passes): void {
    const { layout } = this.#job;
    const groups = groupsIn(layout);
    const pass = encoder.beginComputePass();
    if (own && output !== undefined && layout.rows * layout.inner <= FUSED) this.#encodeFused(pass, output);
    else {
      const isFinished = moments && this.#encodeMoments(pass);
      if (own && !isFinished) this.#encode(pass, 'coefficients', groups, { from: this.#final });
      if (output !== undefined && this.#teams !== null) this.#encodeTeams(pass, 'normalizeFour', { output });
      else if (output !== undefined) this.#encode(pass, 'normalize', groups * this.#parts, { output });
    }
    pass.end();
  }

  #encodeFused(pass: GpuPass, output: GpuBuffer): void {
    this.#final = 0;
    const groups = groupsIn(this.#job.layout);
    if (this.#kernels.subgroup > 0) this.#encode(pass, 'fusedBySubgroup', groups * WORKGROUP, { output });
    else this.#encode(pass, 'fused', groups, { output });
  }

  /** Answers whether the coefficients have come with the moments. */
  #encodeMoments(pass: GpuPass): boolean {
    const groups = groupsIn(this.#job.layout);
    this.#final = 0;
    if (this.#teams !== null) this.#encodeTeams(pass, 'momentsOfFour', {});
    else this.#encode(pass, 'moments', groups * this.#parts, {});
    for (let parts = this.#parts, level = 0; parts > 1; level++) {
      const isLast = this.#kernels.teams && parts <= TEAM_PARTS;
      parts = isLast ? 1 : Math.ceil(parts / SHARE);
      if (isLast) this.#encode(pass, 'finish', groups * WORKGROUP, { from: this.#final, level });
      else this.#encode(pass, 'merge', groups * parts, { from: this.#final, level });
      this.#final = 1 - this.#final;
      if (isLast) return true;
    }
    return false;
  }

  #encodeTeams(pass: GpuPass, kernel: KernelName, { output }: { output?: GpuBuffer }): void {
    const { outer, groups } = this.#job.layout;
    const blocks = Math.ceil(groups / 4 / this.#teams!.quads);
    this.#encode(pass, kernel, outer * blocks * this.#parts * WORKGROUP, output === undefined ? {} : { output });
  }

  #encode(
    pass: GpuPass,
    kernel: KernelName,
    threads: number,
    { from = 1, level = 0, output }: { from?: number; level?: number; output?: GpuBuffer },
  ): void {
    const pipeline = this.#kernels.pipeline(kernel, this.#traits);
    const pooled = output === undefined || output === this.pool.get('output');
    if (this.#generation !== this.pool.generation) {
      this.#groups.clear();
      this.#generation = this.pool.generation;
    }
    const id = `${kernel} ${this.#key} ${from} ${level}`;
    let group = pooled ? this.#groups.get(id) : undefined;
    if (group === undefined) {
      const resources = [
        { buffer: this.#buffer('params'), offset: level * UNIFORM_STEP, size: UNIFORM_STEP },
        { buffer: this.#buffer('values') },
        { buffer: this.#buffer('mask') },
        { buffer: this.#partials(from) },
        { buffer: this.#partials(1 - from) },
        { buffer: this.#buffer('epsilons') },
        { buffer: this.#buffer('coefficients') },
        { buffer: this.#buffer('coefficients') },
        { buffer: this.#buffer('channels') },
        { buffer: output! },
      ];
      group = this.#device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: BINDINGS[kernel].map((binding) => ({ binding, resource: resources[binding]! })),
      });
      if (pooled) this.#groups.set(id, group);
    }
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    const workgroups = Math.ceil(threads / WORKGROUP);
    const x = Math.min(workgroups, MOST_WORKGROUPS);
    pass.dispatchWorkgroups(x, Math.ceil(workgroups / x));
  }

  #buffer(name: string): GpuBuffer {
    return this.pool.get(name)!; // `begin` has made it
  }

  #partials(index: number): GpuBuffer {
    return this.#buffer(index === 0 ? 'partials0' : 'partials1');
  }

  #uploadParams(): void {
    const { rows, groups, inner, channels, channelInner } = this.#job.layout;
    const all = groupsIn(this.#job.layout);
    let partsIn = this.#parts;
    for (let level = 0; level < MERGES; level++) {
      const partsOut = Math.ceil(partsIn / SHARE);
      const values = [rows, groups, inner, rows * inner, all, this.#parts, channels, channelInner, partsIn, partsOut];
      if (this.#teams !== null) values.push(groups / 4, this.#teams.quads, this.#teams.lanes, this.#teams.rows);
      this.#params.set(values, (level * UNIFORM_STEP) / 4);
      partsIn = partsOut;
    }
    this.#device.queue.writeBuffer(this.#buffer('params'), 0, this.#params, 0, this.#params.length);
  }

  /** Copies to the device come in words. */
  #uploadMask(mask: Uint8Array): void {
    const length = Math.ceil(mask.length / 4) * 4;
    if (this.#mask.length < length) this.#mask = new Uint8Array(length);
    this.#mask.set(mask);
    this.#device.queue.writeBuffer(this.#buffer('mask'), 0, this.#mask, 0, length);
  }

  #uploadChannels(): void {
    const { layout, gamma, beta } = this.#job;
    if (this.#channels.length < layout.channels * 2) this.#channels = new Float32Array(layout.channels * 2);
    for (let c = 0; c < layout.channels; c++) {
      this.#channels[c * 2] = gamma === undefined ? 1 : gamma[c]!;
      this.#channels[c * 2 + 1] = beta === undefined ? 0 : beta[c]!;
    }
    const target = this.#buffer('channels');
    this.#device.queue.writeBuffer(target, 0, this.#channels, 0, layout.channels * 2);
  }

  #readMoments(bytes: ArrayBuffer, groups: number): void {
    const counts = new Uint32Array(bytes, 0, groups * 4);
    const floats = new Float32Array(bytes, 0, groups * 4);
    for (let q = 0; q < groups; q++) {
      this.#found.count[q] = counts[q * 4]!;
      this.#found.mean[q] = floats[q * 4 + 1]!;
      this.#found.m2[q] = floats[q * 4 + 2]!;
    }
  }
}

/** How a team of threads takes on a stretch of rows: `quads` side by side, four groups each, in `lanes` rows at a time. */
interface Teams {
  readonly quads: number;
  readonly lanes: number;
  /** Rows of a stretch. */
  readonly rows: number;
}

/** Null where four groups do not lie side by side. */
function teamsFor(
  { outer, rows, groups }: BatchLayout,
  { innerIsOne, channelOfGroup }: KernelTraits,
  wanted: number,
): Teams | null {
  if (!innerIsOne || !channelOfGroup || groups % 4 !== 0) return null;
  // Rows of up to a kilobyte lie one behind the other; of longer ones a team takes a kilobyte of each.
  const quads = Math.min(groups / 4, TEAM / 4);
  const lanes = Math.floor(TEAM / quads);
  const blocks = outer * Math.ceil(groups / 4 / quads);
  const share = Math.ceil((rows * blocks) / (lanes * wanted * EIGHT)) * EIGHT;
  return { quads, lanes, rows: lanes * Math.min(TEAM_SHARE, share) };
}

/** Values that a thread has on their way at a time. */
const EIGHT = 8;
