import { expect, it } from 'vitest';
import { firstChangeScore } from '../../src/stats/first-change-score.js';

it('firstChangeScore grows with every doubling of the constant stretch and with nothing else', () => {
  for (let bits = 1; bits < 32; bits++) {
    expect(firstChangeScore(2 ** bits - 1)).toBe(Math.sqrt(1.3862943611198906 * bits));
    if (bits > 1) expect(firstChangeScore(2 ** bits - 2)).toBe(firstChangeScore(2 ** (bits - 1) - 1));
  }
});
it('firstChangeScore stays a number after 2^32 values and more', () => {
  expect(firstChangeScore(2 ** 32 - 1)).toBe(firstChangeScore(2 ** 31));
  expect(firstChangeScore(1e15)).toBe(firstChangeScore(2 ** 31));
  expect(firstChangeScore(0)).toBe(0);
});
