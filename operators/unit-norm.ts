import { map, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../src/errors.js';
import { type Norm, unitNorm as scaleToUnit } from '../src/normalize/unit-norm.js';

export interface UnitNormOptions {
  /** Which length becomes 1: sum of magnitudes, Euclidean, largest magnitude. @defaultValue `'l2'` */
  norm?: Norm;
}

/** A record, and its vector at length 1. */
export interface UnitVector<T> {
  record: T;
  /** Missing components are NaN. */
  normalized: Float64Array;
  /** The length the vector had: `normalized · scale` gives it back; 0 for a vector of zeros. */
  scale: number;
}

/**
 * Scales each vector to length 1.
 *
 *     source         --[3, 4]------[0, 0]--|
 *     unitNorm()     --[.6, .8]----[0, 0]--|
 *
 * Looks at one vector at a time: no state. A missing component (NaN, ±Infinity) stays NaN and counts for nothing; a vector of zeros stays
 * as it is. O(length).
 *
 * @throws InvalidOptionError when called with a `norm` that is not 'l1', 'l2' or 'max'
 */
export function unitNorm(options?: UnitNormOptions): OperatorFunction<ArrayLike<number>, Float64Array>;
/** Records: `vector` says what to scale. */
export function unitNorm<T>(
  options: UnitNormOptions & { vector: (record: T) => ArrayLike<number> },
): OperatorFunction<T, UnitVector<T>>;
export function unitNorm<T>({
  norm = 'l2',
  vector,
}: UnitNormOptions & { vector?: (record: T) => ArrayLike<number> } = {}): OperatorFunction<never, unknown> {
  if (!['l1', 'l2', 'max'].includes(norm)) throw new InvalidOptionError('norm', norm, 'one of "l1", "l2", "max"');
  if (vector !== undefined && typeof vector !== 'function')
    throw new InvalidOptionError('vector', vector, 'a function of the record');
  if (vector === undefined)
    return map((xs: ArrayLike<number>) => {
      const normalized = Float64Array.from(xs);
      scaleToUnit(normalized, norm);
      return normalized;
    });
  return map((record: T): UnitVector<T> => {
    const normalized = Float64Array.from(vector(record));
    const scale = scaleToUnit(normalized, norm);
    return { record, normalized, scale };
  });
}
