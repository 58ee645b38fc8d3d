import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logKey } from '../../src/stats/log-key.js';

const densityOf = (accuracy: number) => 0.5 / Math.atanh(accuracy);
const densities = [1e-6, 1e-4, 0.01, 0.2, 0.5].map(densityOf);
const reference = (size: number, density: number) => Math.ceil(Math.log(size) * density);

describe('logKey', () => {
  it('is the key that Math.log gives, for any size', () => {
    const sizes = fc.array(fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true }), {
      minLength: 50,
    });
    fc.assert(
      fc.property(sizes, fc.constantFrom(...densities), (xs, density) => {
        expect(xs.map((x) => logKey(x, density))).toEqual(xs.map((x) => reference(x, density)));
      }),
      { numRuns: 300 },
    );
  });

  it('is so at the edges of bins and next to them', () => {
    for (const density of densities)
      for (let key = -4000; key < 4000; key++) {
        const edge = Math.exp(key / density);
        for (const size of [edge, edge * (1 + Number.EPSILON), edge * (1 - Number.EPSILON), edge * (1 + 1e-13)])
          if (size > 0 && size < Number.POSITIVE_INFINITY && logKey(size, density) !== reference(size, density))
            expect.fail(`key of ${size} at ${density}: ${logKey(size, density)}, not ${reference(size, density)}`);
      }
  });
});
