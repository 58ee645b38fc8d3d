import { describe, expect, it } from 'vitest';
import { P2Quantile } from '../../src/stats/p2-quantile.js';
import { obeysStatisticLaws } from '../laws/statistic-laws.js';
import { PortableStream } from '../support/portable-stream.js';

const trace = (p: number, xs: Iterable<number>): number[] => {
  const statistic = new P2Quantile(p);
  return Array.from(xs, (x) => {
    statistic.update(x);
    return statistic.value;
  });
};

describe('P2Quantile', () => {
  obeysStatisticLaws({ make: () => new P2Quantile(0.3), read: (s) => [s.count, s.value] });

  it('follows the example of the paper', () => {
    const xs = [0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.6, 10.28];
    xs.push(1.47, 0.4, 0.05, 11.39, 0.27, 0.42, 0.09, 11.37);
    expect(trace(0.5, xs).at(-1)).toBeCloseTo(4.4406, 4);
  });
  it.each([
    [0.25, -0.7118563186529167],
    [0.5, -0.02968017540949961],
    [0.75, 0.6438313013828528],
  ])('estimates the quantile %d of the portable stream', (p, expected) => {
    expect(trace(p, new PortableStream(1).gaussians(1000)).at(-1)).toBeCloseTo(expected, 14);
  });
  it('answers a high quantile of a spike and zeros', () => {
    const expected = [5, 5, 5, 5, 5, 0, 0.27777777777777773, 0.8275462962962963];
    expect(trace(0.99, [5, 0, 0, 0, 0, 0, 0, 0])).toEqual(expected);
  });
  it('refuses what is no share', () => {
    expect(() => new P2Quantile(1.5)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
