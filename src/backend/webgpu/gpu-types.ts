/**
 * What is used of WebGPU, as the specification has it (https://www.w3.org/TR/webgpu). Declared here, so that neither this package nor who
 * uses it needs the types of a browser or of a binding; the objects of both fit.
 */
export interface Gpu {
  requestAdapter(options?: { powerPreference?: 'high-performance' }): Promise<GpuAdapter | null>;
}

export interface GpuAdapter {
  readonly features: ReadonlySet<string> | { has(name: string): boolean };
  readonly limits: GpuLimits;
  readonly info: GpuAdapterInfo;
  requestDevice(descriptor?: {
    requiredFeatures?: string[];
    requiredLimits?: Record<string, number>;
  }): Promise<GpuDevice>;
}

interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly subgroupMaxSize?: number;
  readonly isFallbackAdapter?: boolean;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly queue: GpuQueue;
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  createBuffer(descriptor: { size: number; usage: number }): GpuBuffer;
  createShaderModule(descriptor: { code: string }): object;
  createComputePipeline(descriptor: {
    layout: 'auto';
    compute: { module: object; entryPoint: string; constants: Record<string, number> };
  }): GpuPipeline;
  createBindGroup(descriptor: { layout: object; entries: GpuBinding[] }): object;
  createCommandEncoder(): GpuEncoder;
  destroy(): void;
}

interface GpuBinding {
  binding: number;
  resource: { buffer: GpuBuffer; offset?: number; size?: number };
}

interface GpuQueue {
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView, first?: number, length?: number): void;
  submit(commands: object[]): void;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number, offset?: number, size?: number): Promise<undefined>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

export interface GpuPipeline {
  getBindGroupLayout(index: number): object;
}

export interface GpuEncoder {
  beginComputePass(): GpuPass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, size: number): void;
  finish(): object;
}

export interface GpuPass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

/** `GPUBufferUsage` and `GPUMapMode`. */
export const MAP_READ = 0x0001;
export const COPY_SRC = 0x0004;
export const COPY_DST = 0x0008;
export const UNIFORM = 0x0040;
export const STORAGE = 0x0080;
export const MODE_READ = 0x0001;
