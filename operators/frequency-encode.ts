import type { OperatorFunction } from 'rxjs';
import type { CommonOptions } from '../src/normalize/field-options.js';
import type { VectorOptions } from '../src/normalize/vector/vector-options.js';
import { type ScoredVector, scoreVectors, type VectorAccess } from './internal/score-vectors.js';

export interface FrequencyEncodeOptions
  extends Pick<VectorOptions, 'maxTerms' | 'whenFull'>,
    Pick<CommonOptions, 'memory' | 'order'> {
  /** What null and an absent value are. @defaultValue `'skip'`: null comes out */
  missing?: 'skip' | 'error';
}

/**
 * Replaces a category by the share that it has had of the values of its series before, in [0, 1].
 *
 *     source             --ok----ok---fail----ok----|
 *     frequencyEncode()  --null--1----0-------.67---|
 *
 * Scored first, counted after; 0 for one never seen, null before there is any value. Counts fade with `memory: { halfLife }`.
 *
 * @throws InvalidOptionError when called with a faulty option
 */
export function frequencyEncode<T>(
  options: FrequencyEncodeOptions & VectorAccess<T>,
): OperatorFunction<T, ScoredVector<T, number>> {
  return scoreVectors({ ...options, method: 'frequency' }) as unknown as OperatorFunction<T, ScoredVector<T, number>>;
}
