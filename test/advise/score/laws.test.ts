import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BellLaw } from '../../../src/advise/score/bell-law.js';
import type { OutputLaw } from '../../../src/advise/score/output-law.js';
import { RangeLaw } from '../../../src/advise/score/range-law.js';
import { normalCdf } from '../../../src/stats/normal-cdf.js';
import { seededNormals } from '../../support/seeded-normals.js';

const laws: readonly [string, () => OutputLaw][] = [
  ['bell', () => new BellLaw()],
  ['bell of quartiles', () => new BellLaw(1.3489795)],
  ['range [0, 1]', () => new RangeLaw([0, 1])],
  ['range [−1, 1]', () => new RangeLaw([-1, 1])],
];
const scores = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { maxLength: 60 });

describe.each(laws)('%s law', (_, create) => {
  const taught = (learnt: readonly number[]) => {
    const law = create();
    for (const z of learnt) {
      law.cell(z - 1e-3, z + 1e-3);
      law.learn();
    }
    return law;
  };
  it('is a probability: never negative, and 1 in all, whatever was learnt', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: 0.003, max: 0.4, noNaN: true }), (learnt, width) => {
        const law = taught(learnt);
        let sum = law.cell(-1e9, -8) + law.cell(8, 1e9);
        let least = 1;
        for (let z = -8; z < 8; z += width) {
          const chance = law.cell(z, Math.min(z + width, 8));
          least = Math.min(least, chance);
          sum += chance;
        }
        expect(least).toBeGreaterThanOrEqual(0);
        expect(sum).toBeCloseTo(1, 3);
      }),
      { numRuns: 40 },
    );
  });
  it('adds up: a cell is the sum of its parts', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: -4, max: 4, noNaN: true }), (learnt, z) => {
        const law = taught(learnt);
        expect(law.cell(z, z + 0.5) + law.cell(z + 0.5, z + 1)).toBeCloseTo(law.cell(z, z + 1), 12);
      }),
    );
  });
  it('learns nothing by being asked', () => {
    const law = taught([0.1, 0.2]);
    const before = law.cell(0, 1);
    law.cell(5, 6);
    expect(law.cell(0, 1)).toBe(before);
  });
});

describe('BellLaw', () => {
  it('comes to N(0, 1) on normal scores, and to heavy tails on others', () => {
    const law = new BellLaw();
    for (const z of seededNormals(1, 2000)) {
      law.cell(z - 1e-3, z + 1e-3);
      law.learn();
    }
    expect(law.cell(-1, 1)).toBeCloseTo(normalCdf(1) - normalCdf(-1), 1);
    const far = law.cell(6, 7);
    for (let i = 0; i < 20; i++) {
      law.cell(6, 7);
      law.learn();
    }
    expect(law.cell(6, 7)).toBeGreaterThan(20 * far);
  });
  it('has the quartiles of N(0, 1) in all its shapes', () => {
    expect(new BellLaw().cell(-0.6744897501960817, 0.6744897501960817)).toBeCloseTo(0.5, 12);
  });
});
