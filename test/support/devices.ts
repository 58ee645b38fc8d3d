import { inject } from 'vitest';
import type { OpenTensorFlowOptions } from '../../src/backend/tensorflow/open-tensorflow.js';
import type { Gpu } from '../../src/backend/webgpu/gpu-types.js';
import type { OpenWebGpuOptions } from '../../src/backend/webgpu/open-webgpu.js';

/** How to load WebGPU, or null where the run has said why not: on the machine's own GPU with STREAMNORM_GPU=1, else in software. */
export function webGpuUnderTest(): NonNullable<OpenWebGpuOptions['load']> | null {
  const { webgpu } = inject('devices');
  if (webgpu === null) return null;
  return async () => {
    // Read by the Vulkan loader when the first device is asked for.
    if (process.env.STREAMNORM_GPU !== '1') process.env.VK_DRIVER_FILES = webgpu.driver;
    const { create } = (await import(/* @vite-ignore */ webgpu.module)) as { create: (flags: string[]) => Gpu };
    return create([]);
  };
}

/** How to load TensorFlow, or null where the run has said why not: with STREAMNORM_GPU=1 the package for CUDA where it is installed. */
export function tensorFlowUnderTest(): NonNullable<OpenTensorFlowOptions['load']> | null {
  const { tensorflow } = inject('devices');
  if (tensorflow === null) return null;
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  return async () => {
    const onGpu = '@tensorflow/tfjs-node-gpu';
    const installed =
      process.env.STREAMNORM_GPU === '1' ? await import(/* @vite-ignore */ onGpu).catch(() => null) : null;
    const module = (installed ?? (await import(/* @vite-ignore */ tensorflow))) as { default: unknown };
    return module.default as Awaited<ReturnType<NonNullable<OpenTensorFlowOptions['load']>>>;
  };
}
