import { expect, it } from 'vitest';
import { normalCdf } from '../../src/stats/normal-cdf.js';

it('normalCdf is right far out, relative to itself', () => {
  const known = [
    [0, 0.5],
    [1, 0.15865525393145705],
    [1.96, 0.024997895148220435],
    [3, 0.0013498980316300933],
    [6, 9.865876450376946e-10],
    [8, 6.220960574271786e-16],
    [10, 7.61985302416053e-24],
    [20, 2.7536241186062337e-89],
    [37, 5.725571222524576e-300],
  ] as const;
  for (const [x, tail] of known) expect(Math.abs(normalCdf(-x) / tail - 1), `${x}`).toBeLessThan(1e-13);
});
it('normalCdf falls all the way, over the seams of its formulas too', () => {
  let last = 1;
  for (let x = 0; x < 38; x += 0.003) {
    expect(normalCdf(-x)).toBeLessThan(last);
    last = normalCdf(-x);
  }
  expect(normalCdf(-1e12)).toBe(0);
});
