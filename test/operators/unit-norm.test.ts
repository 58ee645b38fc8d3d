import fc from 'fast-check';
import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { unitNorm } from '../../operators/index.js';

const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));
const lengths = {
  l1: (xs: Float64Array) => xs.reduce((sum, x) => sum + Math.abs(x), 0),
  l2: (xs: Float64Array) => Math.hypot(...xs),
  max: (xs: Float64Array) => Math.max(...xs.map(Math.abs)),
};

describe('unitNorm', () => {
  it.each(['l1', 'l2', 'max'] as const)('makes the %s length 1, and gives the vector back', async (norm) => {
    const component = fc.oneof(
      fc.double({ noNaN: true, min: -1e150, max: 1e150 }),
      fc.constantFrom(0, -0, 1e-300, 1e150),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(component, { minLength: 1, maxLength: 20 }), async (xs) => {
        const [unit] = await run([{ xs }], unitNorm({ norm, vector: (record: { xs: number[] }) => record.xs }));
        const largest = Math.max(...xs.map(Math.abs));
        expect(lengths[norm](unit!.normalized)).toBeCloseTo(largest > 0 ? 1 : 0, 12);
        xs.forEach((x, i) =>
          expect(Math.abs(unit!.normalized[i]! * unit!.scale - x)).toBeLessThanOrEqual(1e-14 * largest),
        );
      }),
    );
  });
  it('leaves missing components missing and scales the rest', async () => {
    expect(await run([[3, Number.NaN, 4, Number.POSITIVE_INFINITY]], unitNorm())).toEqual([
      Float64Array.of(0.6, Number.NaN, 0.8, Number.NaN),
    ]);
  });
  it('answers an empty vector with an empty one', async () => {
    expect(await run([[]], unitNorm())).toEqual([new Float64Array()]);
  });
  it('refuses an unknown norm and a vector that is no function', () => {
    expect(() => unitNorm({ norm: 'l3' as 'l2' })).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'norm' }),
    );
    expect(() => unitNorm({ vector: 'xs' as never })).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'vector' }),
    );
  });
});
