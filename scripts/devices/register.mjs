// node --import ./scripts/devices/register.mjs …: the devices that `npm run devices` has brought, as if their packages were installed and
// the machine had a GPU. For examples and benches of this checkout.
import { register } from 'node:module';
import { broughtTensorFlow } from './tensorflow.mjs';
import { broughtWebGpu } from './webgpu.mjs';

const webgpu = broughtWebGpu();
const tensorflow = broughtTensorFlow();
const places = {};
if (webgpu !== null) {
  places.webgpu = webgpu.module;
  if (process.env.STREAMNORM_GPU !== '1') process.env.VK_DRIVER_FILES = webgpu.driver;
}
if (tensorflow !== null) {
  places['@tensorflow/tfjs-node'] = tensorflow;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
}
register('./resolve-brought.mjs', import.meta.url, { data: places });
