import { describe, expect, it } from 'vitest';
import { WindowMoments } from '../../src/stats/window-moments.js';
import { obeysStatisticLaws, obeysWindowLaw } from '../laws/statistic-laws.js';
import { ExactMoments } from '../support/exact-moments.js';
import { expectSameMoments } from '../support/expect-same-moments.js';
import { PortableStream } from '../support/portable-stream.js';
import { readMoments } from '../support/read-moments.js';

describe.each([1, 2, 3, 7, 16, 40])('WindowMoments of %d', (length) => {
  const subject = { make: () => new WindowMoments({ length }), read: readMoments };
  obeysStatisticLaws(subject);
  obeysWindowLaw<WindowMoments>(subject, length, expectSameMoments);
});

describe('WindowMoments', () => {
  it('recovers exactly when a spike has left', () => {
    const xs = new PortableStream(3).uniforms(400).map((u) => 1000 + u);
    xs[100] = 1e12;
    const exact = new Map([
      [99, 0.0845154841779798],
      [149, 1.999999995997991e22],
      [150, 0.08937851089269744],
      [199, 0.06813784240558787],
      [399, 0.09719057807229353],
    ]);
    const moments = new WindowMoments({ length: 50 });
    for (const [i, x] of xs.entries()) {
      moments.update(x);
      if (exact.has(i)) expect(Math.abs(moments.variance(1) / exact.get(i)! - 1)).toBeLessThan(1e-12);
    }
  });

  it.each([0, 1e6, 1e9, 1.7e12])('is right to 1e-12 at offset %d, at every step', (offset) => {
    const xs = new PortableStream(1).gaussians(600).map((x) => x + offset);
    for (const length of [2, 10, 100, 223]) {
      const moments = new WindowMoments({ length });
      for (const [i, x] of xs.entries()) {
        moments.update(x);
        if (i === 0 || i % 7 > 0) continue;
        const exact = new ExactMoments(xs.subarray(Math.max(0, i + 1 - length), i + 1));
        expect(Math.abs(moments.variance() / exact.variance - 1)).toBeLessThan(1e-12);
        expect(Math.abs(moments.deviation(offset) - exact.deviation(offset))).toBeLessThan(1e-14);
      }
    }
  });

  it('has the sample variances of a window of 3', () => {
    const moments = new WindowMoments({ length: 3 });
    const variances = [1, 4, 2, -4, -8, 0].map((x) => {
      moments.update(x);
      return moments.variance(1);
    });
    expect(variances[0]).toBeNaN();
    for (const [i, exact] of [4.5, 7 / 3, 52 / 3, 76 / 3, 16].entries())
      expect(variances[i + 1]).toBeCloseTo(exact, 12);
  });

  it('has a defined answer for nothing, one value, flat series, denormals and zeros of either sign', () => {
    const make = (...xs: number[]): WindowMoments => {
      const moments = new WindowMoments({ length: 5 });
      moments.updateMany(Float64Array.from(xs));
      return moments;
    };
    expect(readMoments(make())).toEqual([0, Number.NaN, Number.NaN, Number.NaN, 3, 3]);
    expect(readMoments(make(7))).toEqual([1, 7, 0, Number.NaN, -4, 10]);
    expect(readMoments(make(9, 9, ...new Array<number>(33).fill(0.1)))).toEqual([5, 0.1, 0, 0, 2.9, 3.1]);
    expect(make(1, 5e-324, 5e-324, 5e-324, 5e-324, 5e-324).mean).toBe(5e-324);
    expect(make(-0, 0, -0).mean).toBe(0);
    expect(make(1e150, -1e150).variance()).toBe(1e150 ** 2);
  });

  it.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 24 + 1])('refuses a length of %d', (length) => {
    expect(() => new WindowMoments({ length })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
