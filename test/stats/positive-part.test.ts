import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positivePart } from '../../src/stats/positive-part.js';

describe('positivePart', () => {
  it('is the larger of a number and 0, to the last bit', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (x) => {
        expect(positivePart(x) + 0).toBe(x > 0 ? x : 0);
      }),
      { examples: [[0], [-0], [5e-324], [-5e-324], [1e300], [-1e300]] },
    );
  });
  it('leaves NaN what it is', () => {
    expect(positivePart(Number.NaN)).toBeNaN();
  });
});
