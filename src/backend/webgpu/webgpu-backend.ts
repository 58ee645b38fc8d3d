import { valuesIn } from '../../batch/batch-layout.js';
import { BackendLostError, InvalidOptionError } from '../../errors.js';
import type { Backend, BackendMemory, BatchArray, BatchJob, BatchResult, ResidentBatch } from '../backend.js';
import { InOrder } from '../in-order.js';
import { COPY_DST, COPY_SRC, type GpuBuffer, type GpuDevice, MAP_READ, MODE_READ, STORAGE } from './gpu-types.js';
import { JobSlot } from './job-slot.js';
import { type KernelChoice, KernelSet } from './kernel-set.js';

/** How often values are packed again about a nearer pivot; each time brings 7 digits, and a double has 16. */
const APPROACHES = 4;

export interface WebGpuDeviceOptions {
  /** The device in words. */
  device: string;
  maxInFlight: number;
  kernels: KernelChoice;
}

/** Micro-batches on a WebGPU device, in float32 about a pivot. Owns the device. */
export class WebGpuBackend implements Backend {
  readonly name = 'webgpu';
  readonly precision = 'float32';
  readonly resident = 'GPUBuffer';
  readonly device: string;
  readonly maxInFlight: number;
  readonly lost: Promise<BackendLostError>;
  readonly #device: GpuDevice;
  readonly #order: InOrder;
  readonly #free: JobSlot[];
  readonly #slots: readonly JobSlot[];
  readonly #residents = new Map<GpuBuffer, number>();
  #lost: BackendLostError | null = null;
  #fault: Error | null = null;
  #disposed = false;

  constructor(device: GpuDevice, { device: inWords, maxInFlight, kernels: choice }: WebGpuDeviceOptions) {
    this.#device = device;
    this.device = inWords;
    this.maxInFlight = maxInFlight;
    this.#order = new InOrder(maxInFlight);
    const kernels = new KernelSet(device, choice);
    this.#slots = Array.from({ length: maxInFlight }, () => new JobSlot(device, kernels));
    this.#free = [...this.#slots];
    this.lost = new Promise((resolve) => {
      device.lost.then(({ message }) => {
        if (!this.#disposed) resolve(this.#lose(message));
      });
    });
    device.onuncapturederror = ({ error }) => {
      this.#fault ??= new Error(`WebGPU: ${error.message}`);
    };
  }

  get memory(): BackendMemory {
    let buffers = this.#residents.size;
    let bytes = 0;
    for (const size of this.#residents.values()) bytes += size;
    for (const { pool } of this.#slots) {
      buffers += pool.buffers;
      bytes += pool.bytes;
    }
    return { buffers, bytes, inFlight: this.#order.running };
  }

  async submit(job: BatchJob): Promise<BatchResult> {
    if (this.#disposed) throw new BackendLostError('webgpu', 'it was disposed of');
    const length = valuesIn(job.layout);
    const most = Math.floor(this.#device.limits.maxStorageBufferBindingSize / 4);
    if (length > most)
      throw new InvalidOptionError(
        'values',
        length,
        `at most ${most} numbers in a batch, which is what this device binds`,
      );
    return this.#order.run(() => this.#work(job));
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#order.idle();
    for (const slot of this.#slots) slot.destroy();
    this.#destroyWhenUnused();
  }

  async #work(job: BatchJob): Promise<BatchResult> {
    if (this.#lost !== null) throw this.#lost;
    const slot = this.#free.pop()!;
    let resident: GpuBuffer | undefined;
    try {
      this.#fault = null;
      slot.begin(job);
      if (job.scaling !== undefined && job.output === 'resident') resident = this.#newResident(valuesIn(job.layout));
      const values = await this.#perform(slot, job, resident);
      if (this.#fault !== null) throw this.#fault;
      if (resident !== undefined) return { resident: this.#residentBatch(resident, job) };
      return values === undefined ? {} : { values };
    } catch (error) {
      if (resident !== undefined) this.#drop(resident);
      throw this.#causeOf(error);
    } finally {
      slot.end();
      this.#free.push(slot);
    }
  }

  async #perform(slot: JobSlot, job: BatchJob, resident: GpuBuffer | undefined): Promise<BatchArray | undefined> {
    const { scaling, layout, moments } = job;
    slot.uploadValues();
    if (scaling === undefined) {
      await this.#takeMoments(slot);
      if (moments !== undefined) slot.writeMoments(moments);
      return undefined;
    }
    const output = resident ?? slot.output();
    const target = resident === undefined ? (job.out ?? new Float32Array(valuesIn(layout))) : undefined;
    const passes = { output, read: target !== undefined };
    switch (scaling.kind) {
      case 'own': {
        for (let near = false, i = 0; !near; i++) {
          if (i > 0) slot.uploadValues();
          slot.uploadEpsilon(scaling.epsilon);
          await slot.run({ ...passes, moments: true, own: true }, (values) => {
            near = i === APPROACHES || !slot.approach();
            if (near) target?.set(values); // not before: `out` may be `values`, which `approach` reads again
          });
        }
        if (moments !== undefined) slot.writeMoments(moments);
        return target;
      }
      case 'given':
        if (moments !== undefined) {
          await this.#takeMoments(slot);
          slot.writeMoments(moments);
        }
        slot.uploadCoefficients(scaling.coefficients);
        await slot.run(passes, (values) => target?.set(values));
        return target;
      case 'resolved':
        if (moments === undefined) throw new InvalidOptionError('moments', moments, 'given with resolved scaling');
        await this.#takeMoments(slot);
        slot.writeMoments(moments);
        slot.uploadCoefficients(scaling.resolve(moments));
        await slot.run(passes, (values) => target?.set(values));
        return target;
    }
  }

  async #takeMoments(slot: JobSlot): Promise<void> {
    for (let i = 0; i <= APPROACHES; i++) {
      await slot.run({ moments: true });
      if (i === APPROACHES || !slot.approach()) return;
      slot.uploadValues();
    }
  }

  #newResident(length: number): GpuBuffer {
    const size = Math.max(4, length * 4);
    const buffer = this.#device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
    this.#residents.set(buffer, size);
    return buffer;
  }

  #residentBatch(buffer: GpuBuffer, { shape, layout }: BatchJob): ResidentBatch {
    return {
      kind: 'GPUBuffer',
      handle: buffer,
      shape: shape ?? [valuesIn(layout)],
      toArray: () => this.#read(buffer, valuesIn(layout) * 4),
      release: () => this.#drop(buffer),
    };
  }

  async #read(buffer: GpuBuffer, bytes: number): Promise<Float32Array> {
    const back = this.#device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
    try {
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, back, 0, bytes);
      this.#device.queue.submit([encoder.finish()]);
      await back.mapAsync(MODE_READ, 0, bytes);
      return new Float32Array(back.getMappedRange(0, bytes)).slice();
    } catch (error) {
      throw this.#causeOf(error);
    } finally {
      back.destroy();
    }
  }

  #drop(buffer: GpuBuffer): void {
    if (!this.#residents.delete(buffer)) return;
    buffer.destroy();
    if (this.#disposed) this.#destroyWhenUnused();
  }

  /** Whoever holds a resident batch may still read it. */
  #destroyWhenUnused(): void {
    if (this.#residents.size === 0) this.#device.destroy();
  }

  #lose(reason: string): BackendLostError {
    this.#lost ??= new BackendLostError('webgpu', reason === '' ? 'the driver gave no reason' : reason);
    return this.#lost;
  }

  /** A buffer that cannot be mapped belongs to a device that is gone, which the device itself may tell a moment later. */
  #causeOf(error: unknown): unknown {
    if (this.#lost !== null) return this.#lost;
    if (error instanceof Error && (error.name === 'AbortError' || error.name === 'OperationError'))
      return this.#fault ?? this.#lose(error.message);
    return error;
  }
}
