import { expect, it } from 'vitest';
import { Moments } from '../../src/stats/moments.js';

it('has a relative variance error of at most 1e-13 after 1e9 integers at offset 1e6', () => {
  // A period of 1e5 integers from a generator, seen 1e4 times: the variance of all is that of one period, known in integers.
  const length = 100_000;
  const xs = new Float64Array(length);
  let x = 1;
  let sum = 0n;
  let squares = 0n;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    const integer = x >>> 22;
    xs[i] = 1e6 + integer;
    sum += BigInt(integer);
    squares += BigInt(integer) ** 2n;
  }
  const n = BigInt(length);
  const exact = Number(n * squares - sum * sum) / length ** 2;
  const moments = new Moments();
  for (let period = 0; period < 10_000; period++) moments.updateMany(xs);
  expect(moments.count).toBe(1e9);
  expect(Math.abs(moments.variance() / exact - 1)).toBeLessThanOrEqual(1e-13);
  expect(Math.abs(moments.deviation(1e6) + Number(sum) / length)).toBeLessThanOrEqual(1e-11);
});
