import { describe, expect, it } from 'vitest';
import { TimeWindowMoments } from '../../src/stats/time-window-moments.js';
import { feed, obeysStatisticLaws } from '../laws/statistic-laws.js';
import { obeysTimeWindowLaws } from '../laws/time-window-laws.js';
import { ExactMoments } from '../support/exact-moments.js';
import { expectSameMoments } from '../support/expect-same-moments.js';
import { PortableStream } from '../support/portable-stream.js';
import { readMoments } from '../support/read-moments.js';

describe.each([
  { duration: 1000, allowedLateness: 1000 },
  { duration: 4000, allowedLateness: 300 },
  { duration: 300, allowedLateness: 5000 },
  { duration: 2000, allowedLateness: 0 },
])('TimeWindowMoments %j', (lengths) => {
  const subject = { make: () => new TimeWindowMoments(lengths), read: readMoments };
  obeysStatisticLaws(subject);
  obeysTimeWindowLaws<TimeWindowMoments>(subject, lengths, expectSameMoments);
});

describe('TimeWindowMoments', () => {
  it('holds (newest − duration, newest], and what comes at the same time together', () => {
    const moments = feed(new TimeWindowMoments({ duration: 100 }), {
      xs: Float64Array.of(1, 2, 3, 4),
      times: Float64Array.of(0, 50, 50, 99),
    });
    expect([moments.count, moments.mean]).toEqual([4, 2.5]);
    moments.advance(100);
    expect([moments.count, moments.mean]).toEqual([3, 3]);
    moments.update(6, 60);
    expect([moments.count, moments.mean]).toEqual([4, 3.75]);
    moments.advance(20);
    expect(moments.newest).toBe(100);
    moments.advance(150);
    expect([moments.count, moments.mean]).toEqual([2, 5]);
    moments.advance(1e6);
    expect(readMoments(moments)).toEqual([0, Number.NaN, Number.NaN, Number.NaN, 3, 3]);
    expect(moments.isTooLate(1e6 - 100)).toBe(true);
    expect(moments.isTooLate(1e6 - 99)).toBe(false);
    moments.update(8, 1e6 - 99);
    expect([moments.count, moments.mean, moments.variance()]).toEqual([1, 8, 0]);
  });

  it('recovers exactly when a spike has left', () => {
    const xs = new PortableStream(3).uniforms(400).map((u) => 1000 + u);
    xs[100] = 1e12;
    const moments = new TimeWindowMoments({ duration: 500 });
    for (const [i, x] of xs.entries()) {
      moments.update(x, i * 10);
      if (i === 0) continue;
      const exact = new ExactMoments(xs.subarray(Math.max(0, i - 49), i + 1));
      expect(Math.abs(moments.variance() / exact.variance - 1)).toBeLessThan(1e-12);
    }
  });

  it.each([1e9, 1.7e12])('is right to 1e-12 at offset %d, late values included', (offset) => {
    const xs = new PortableStream(1).gaussians(1000).map((x) => x + offset);
    const moments = new TimeWindowMoments({ duration: 2000 });
    for (let i = 0; i < 1000; i++) {
      const at = i ^ 5; // up to five places early or late
      moments.update(xs[at]!, at * 10);
      if (i % 8 !== 7) continue;
      const exact = new ExactMoments(xs.subarray(Math.max(0, i - 199), i + 1));
      expect(Math.abs(moments.variance() / exact.variance - 1)).toBeLessThan(1e-12);
      expect(Math.abs(moments.deviation(offset) - exact.deviation(offset))).toBeLessThan(1e-14);
    }
  });

  it.each([
    { duration: 0 },
    { duration: Number.NaN },
    { duration: Number.POSITIVE_INFINITY },
    { duration: 5, allowedLateness: -1 },
    { duration: 5, allowedLateness: Number.NaN },
  ])('refuses %j', (options) => {
    expect(() => new TimeWindowMoments(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
