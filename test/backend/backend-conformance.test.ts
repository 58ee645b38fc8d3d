import { describe } from 'vitest';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { openTensorFlow } from '../../src/backend/tensorflow/open-tensorflow.js';
import { openWebGpu } from '../../src/backend/webgpu/open-webgpu.js';
import { tensorFlowUnderTest, webGpuUnderTest } from '../support/devices.js';
import { obeysBackendLaws } from './backend-laws.js';
import { obeysFloat32Laws } from './float32-laws.js';

const webgpu = webGpuUnderTest();
const tensorflow = tensorFlowUnderTest();

obeysBackendLaws('cpu', () => new CpuBackend());
if (webgpu === null) describe.skip('webgpu as a backend', () => {});
else
  for (const kernels of ['plain', 'subgroups'] as const) {
    const open = () => openWebGpu({ load: webgpu, kernels });
    // A device in software compiles and runs kernels with barriers slowly.
    obeysBackendLaws(`webgpu, ${kernels} kernels`, open, kernels === 'plain' ? 150 : 40);
    obeysFloat32Laws(`webgpu, ${kernels} kernels`, open);
  }
if (tensorflow === null) describe.skip('tensorflow as a backend', () => {});
else {
  const open = () => openTensorFlow({ load: tensorflow });
  obeysBackendLaws('tensorflow', open);
  obeysFloat32Laws('tensorflow', open);
}
