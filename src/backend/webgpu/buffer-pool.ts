import type { GpuBuffer, GpuDevice } from './gpu-types.js';

/** Buffers by name that live as long as the pool and only ever grow, by doubling: batches of about one size allocate nothing. */
export class BufferPool {
  readonly #device: GpuDevice;
  readonly #held = new Map<string, GpuBuffer>();
  /** Rises when a buffer was replaced, so that what refers to it can be made anew. */
  generation = 0;

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  get buffers(): number {
    return this.#held.size;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { size } of this.#held.values()) bytes += size;
    return bytes;
  }

  /** A buffer of at least `bytes`; the same as before where that is large enough. */
  ensure(name: string, bytes: number, usage: number): GpuBuffer {
    const held = this.#held.get(name);
    if (held !== undefined && held.size >= bytes) return held;
    held?.destroy();
    const { maxBufferSize } = this.#device.limits;
    const size = Math.max(bytes, Math.min(maxBufferSize, 2 ** Math.ceil(Math.log2(Math.max(256, bytes)))));
    const buffer = this.#device.createBuffer({ size, usage });
    this.#held.set(name, buffer);
    this.generation++;
    return buffer;
  }

  /** A buffer that `ensure` has made. */
  get(name: string): GpuBuffer | undefined {
    return this.#held.get(name);
  }

  destroy(): void {
    for (const buffer of this.#held.values()) buffer.destroy();
    this.#held.clear();
  }
}
