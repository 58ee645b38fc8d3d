import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { PortableStream } from './portable-stream.js';

it('is the stream of the reference vectors', () => {
  expect([...new PortableStream(1).uniforms(2)]).toEqual([0.23645552527159452, 0.3692706737201661]);
  const xs = new PortableStream(1).gaussians(1000);
  expect([...xs.subarray(0, 3)]).toEqual([-1.105566803831607, -0.24472779827192426, 0.17511342791840434]);
  const view = new DataView(new ArrayBuffer(8000));
  for (const [i, x] of xs.entries()) view.setFloat64(8 * i, x, true);
  const hash = createHash('sha256').update(new Uint8Array(view.buffer)).digest('hex');
  expect(hash).toBe('875554654403f5230d6c2172073bb6cd0666c3e0b63061f0f76d3250ad7d62ee');
});
