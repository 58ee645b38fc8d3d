// npm run devices: devices to test the GPU backends on, where there is no GPU: the native TensorFlow binding on the CPU, and WebGPU on
// a Vulkan driver in software. Both are kept in a cache folder; what is there already is left alone.
import { cacheFolder } from './devices/cache-folder.mjs';
import { bringTensorFlow } from './devices/tensorflow.mjs';
import { bringWebGpu } from './devices/webgpu.mjs';

console.error(`devices are kept in ${cacheFolder}`);
for (const [name, bring] of [
  ['webgpu', bringWebGpu],
  ['tensorflow', bringTensorFlow],
]) {
  try {
    const place = await bring((what) => console.error(what));
    console.log(`${name}: ${typeof place === 'string' ? place : place.module}`);
  } catch (error) {
    console.error(`${name}: not there: ${error.message}`);
    process.exitCode = 1;
  }
}
