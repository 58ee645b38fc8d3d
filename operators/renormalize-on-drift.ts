import type { OperatorFunction } from 'rxjs';
import type { DriftOptions } from '../src/normalize/drift-options.js';
import type { FieldMethod, MethodOptions } from '../src/normalize/field-options.js';
import { type RenormalizationEvent, renormalizationEvent } from '../src/normalize/renormalization-event.js';
import { scoreSeries } from './internal/score-series.js';
import type { CommonOptions, RecordAccess, Scored } from './internal/scoring-options.js';

export interface RenormalizeOnDriftOptions
  extends DriftOptions,
    Omit<CommonOptions, 'drift' | 'learnWithin'>,
    MethodOptions {
  /** How values are normalized between renormalizations. @defaultValue `'z-score'` */
  method?: Exclude<FieldMethod, 'adaptive' | 'innovation' | 'unit-norm' | 'batch' | 'none'>;
}

/** A scored record, and the renormalization that it set off. */
export interface Renormalized<T> extends Scored<T> {
  /** null but for the value that raised the alarm. The record's own score is still of the old epoch. */
  renormalized: RenormalizationEvent | null;
}

/**
 * Normalizes by any method, and starts an epoch when a detector finds that the series has changed.
 *
 *     source                              --5--5.1--4.9--…--9--9.1--9--8.9--9--9.1--|
 *     renormalizeOnDrift({ warmup: 3 })   --n---n----n---…-40--41--40--39-40---0.3--|     n = null
 *
 * Values are scored before they are learnt, so that the change itself is plain to see; `policy` says what becomes of what was learnt.
 * Each renormalization bumps `epoch` and is told in `renormalized`, with the old and the new center and scale, so that every output can be
 * inverted and a model behind it corrected. A missing value comes out as null, is learnt by nobody and does not disturb the detector.
 * On records `value` says what to read and `key` to which series it belongs; without them the stream is of plain numbers.
 *
 * @throws InvalidOptionError when called with an option that is unknown, of the wrong type or without meaning beside the others: a policy
 * that the method's state cannot follow, `falseAlarmEvery` under 10
 */
export function renormalizeOnDrift<T>(
  options: RenormalizeOnDriftOptions & RecordAccess<T>,
): OperatorFunction<T, Renormalized<T>>;
export function renormalizeOnDrift(options?: RenormalizeOnDriftOptions): OperatorFunction<number, number | null>;
export function renormalizeOnDrift<T>(
  options: RenormalizeOnDriftOptions & Partial<RecordAccess<T>> = {},
): OperatorFunction<never, unknown> {
  const { detector, policy, method = 'z-score', ...rest } = options;
  const drift = { ...(detector !== undefined && { detector }), ...(policy !== undefined && { policy }) };
  return scoreSeries<T>(method, { ...rest, drift }, (scored, scorer) => {
    const renormalized: Renormalized<T> = Object.assign(scored, { renormalized: renormalizationEvent(scorer) });
    return renormalized;
  });
}
