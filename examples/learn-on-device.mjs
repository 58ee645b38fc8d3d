// A TensorFlow.js model that learns on micro-batches which were normalized on its own device: the tensors are handed over as they are, and
// no value comes back to JavaScript.
//
//     npm install @tensorflow/tfjs-node-gpu        (with CUDA; or @tensorflow/tfjs-node)
//     npm run build && node examples/learn-on-device.mjs
//
// Without either, in a checkout: npm run devices && node --import ./scripts/devices/register.mjs examples/learn-on-device.mjs
import { concatMap, from, lastValueFrom, toArray } from 'rxjs';
import { batchNormalize, microBatch } from 'streamnorm';

const tf = await import('@tensorflow/tfjs-node-gpu')
  .catch(() => import('@tensorflow/tfjs-node'))
  .then((m) => m.default);

/** Pumps whose power draw follows pressure and temperature: numbers far from zero, and of very different sizes. */
const readings = Array.from({ length: 32_768 }, (_, i) => {
  const pressure = Math.sin(i * 0.7) + Math.sin(i * 1.7);
  const temperature = Math.sin(i * 1.1 + 1);
  return { pascal: 101_325 + 40 * pressure, kelvin: 293.15 + 0.5 * temperature, watt: 3 * pressure - 2 * temperature };
});

const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'zeros' })] });
model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });

/** Learns from one batch; the tensor is ours from here on. */
async function learn({ batch, tensor }) {
  const watts = tf.tensor2d(
    Float32Array.from(batch.records, ({ watt }) => watt),
    [batch.length, 1],
  );
  const loss = await model.trainOnBatch(tensor.handle, watts);
  watts.dispose();
  tensor.release();
  return loss;
}

const columns = { pascal: (r) => r.pascal, kelvin: (r) => r.kelvin };
const before = tf.memory().numTensors;
const losses = await lastValueFrom(
  from(readings).pipe(
    microBatch({ fields: columns, maxLength: 256 }),
    batchNormalize({ backend: 'tensorflow', output: 'tensor', log: (message) => console.error(message) }),
    concatMap(learn),
    toArray(),
  ),
);

console.log(`${losses.length} batches, squared error ${losses[0].toFixed(2)} → ${losses.at(-1).toFixed(4)}`);
console.log(`tensors left behind: ${tf.memory().numTensors - before}`);
