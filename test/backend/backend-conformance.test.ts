import { describe } from 'vitest';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { openTensorFlow } from '../../src/backend/tensorflow/open-tensorflow.js';
import { openWebGpu } from '../../src/backend/webgpu/open-webgpu.js';
import { tensorFlowUnderTest, webGpuUnderTest } from '../support/devices.js';
import { obeysBackendLaws } from './backend-laws.js';

const webgpu = webGpuUnderTest();
const tensorflow = tensorFlowUnderTest();

obeysBackendLaws('cpu', () => new CpuBackend());
if (webgpu === null) describe.skip('webgpu as a backend', () => {});
else {
  obeysBackendLaws('webgpu, plain kernels', () => openWebGpu({ load: webgpu, kernels: 'plain' }));
  obeysBackendLaws('webgpu, kernels with subgroups', () => openWebGpu({ load: webgpu, kernels: 'subgroups' }));
}
if (tensorflow === null) describe.skip('tensorflow as a backend', () => {});
else obeysBackendLaws('tensorflow', () => openTensorFlow({ load: tensorflow }));
