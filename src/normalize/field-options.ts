import type { BatchSemantics } from './batch/batch-norm-options.js';
import type { DriftOptions } from './drift-options.js';
import type { Memory } from './memory.js';
import type { WhenFlat } from './normalizer.js';
import type { VectorMethod, VectorOptions } from './vector/vector-options.js';

/** The methods that put one value per series on a common scale. */
export type ScalarMethod =
  | 'z-score'
  | 'min-max'
  | 'max-abs'
  | 'robust'
  | 'quantile'
  | 'power'
  | 'adaptive'
  | 'innovation';

/**
 * What a field that is one number may ask for. `unit-norm` takes the fields of a record together; `batch`, in pipelines only, the values of
 * a series in a micro-batch.
 */
export type PlainMethod = ScalarMethod | 'unit-norm' | 'batch' | 'none';

/** What a field of a pipeline or of `normalize` may ask for. */
export type FieldMethod = PlainMethod | VectorMethod;

/** Options that every scalar method has. */
export interface CommonOptions {
  /** How the past is weighed. @defaultValue `'all'` */
  memory?: Memory;
  /** How much older than the newest a value may be and still enter a time window. @defaultValue the window's length */
  allowedLateness?: number | string;
  /** Score a value before or after it is learnt. @defaultValue `'normalize-first'` */
  order?: 'normalize-first' | 'learn-first';
  /** Observations learnt before the first score. @defaultValue 30 */
  warmup?: number;
  /** What stands for the score until then. @defaultValue `'null'` */
  whileWarming?: 'null' | 'drop' | 'raw' | 'zero';
  /** What null, NaN, ±Infinity and absent values become. @defaultValue `'skip'`: null, learnt by nobody */
  missing?: 'skip' | 'error' | 'impute';
  /** What a series without spread scores. @defaultValue `'zero'` */
  whenFlat?: WhenFlat;
  /** Bounds of the output: `[low, high]`, or k for ±k; `true` (min-max) for the target range. @defaultValue none */
  clip?: number | readonly [number, number] | boolean;
  /** Learn only values within so many scales of the center, until the level has evidently moved. @defaultValue none */
  learnWithin?: number;
  /** Watch for drift, and renormalize when the series has changed. @defaultValue never */
  drift?: DriftOptions;
}

/** Options of the method `batch`: as those of `batchNormalize`, for one channel. */
export interface BatchFieldOptions {
  /** Whose batch normalization. @defaultValue `'pooled'` */
  semantics?: BatchSemantics;
  /** In [0, 1], meant as by `semantics`; null (pytorch): every batch weighs the same. Not for `pooled`. */
  momentum?: number | null;
  /** Added to the variance. @defaultValue as by `semantics`; 0 for `pooled` */
  epsilon?: number;
  /** renorm: bound of the correction of the scale. @defaultValue 3 */
  rMax?: number;
  /** renorm: bound of the correction of the center. @defaultValue 5 */
  dMax?: number;
  /** What the normalized value is multiplied by. @defaultValue 1 */
  gamma?: number;
  /** What is added then. @defaultValue 0 */
  beta?: number;
}

/** Options of single methods; one that the method does not have is refused. */
export interface MethodOptions {
  /** z-score: 0 population, 1 sample. @defaultValue 0 */
  ddof?: 0 | 1;
  /** min-max: target range. @defaultValue `[0, 1]` */
  range?: readonly [number, number];
  /** robust: the two quantiles whose distance is the scale. @defaultValue `[0.25, 0.75]` */
  quantiles?: readonly [number, number];
  /** robust: divide the scale by what it is for N(0, 1), so that normal data comes out with variance 1. @defaultValue false */
  unitVariance?: boolean;
  /** robust: the quantile range, or the median absolute deviation. @defaultValue `'quantiles'` */
  spread?: 'quantiles' | 'mad';
  /** quantile: distribution of the output. @defaultValue `'uniform'` */
  distribution?: 'uniform' | 'normal';
  /** power: the family. @defaultValue `'yeo-johnson'` */
  family?: 'yeo-johnson' | 'box-cox';
  /** unit-norm, tf-idf, hashing: which length becomes 1; not `'max'` for text, and `'none'` for it alone. @defaultValue `'l2'` */
  norm?: 'l1' | 'l2' | 'max' | 'none';
}

/** One field: its method and all options of it. */
export interface FieldOptions extends CommonOptions, MethodOptions, BatchFieldOptions, VectorOptions {
  method?: FieldMethod;
  /** Where records have a group: false for a field whose series begin from nothing all the same. @defaultValue true */
  group?: boolean;
}
