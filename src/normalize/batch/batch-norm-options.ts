/** Whose batch normalization: what the running statistics are and what a training batch is normalized with. */
export type BatchSemantics = 'pooled' | 'keras' | 'pytorch' | 'mxnet' | 'renorm';

export interface BatchNormOptions {
  /**
   * - `pooled`: running statistics are the exact moments of all that was seen; a channel of one observation is scored by them
   * - `keras`: momentum .99 (weight of the old), epsilon 1e-3, biased running variance
   * - `pytorch`: momentum .1 (weight of the new; null: cumulative), epsilon 1e-5, unbiased running variance; a batch of 1 is refused
   * - `mxnet`: momentum .9 (weight of the old), epsilon 1e-3, biased
   * - `renorm`: batch renormalization, momentum .99 (weight of the old), epsilon 1e-3; the running standard deviation is averaged
   *
   * @defaultValue `'pooled'`
   */
  semantics?: BatchSemantics;
  /** In [0, 1], meant as by `semantics`; null (pytorch): every batch weighs the same. Not for `pooled`. */
  momentum?: number | null;
  /** Added to the variance. @defaultValue as by `semantics`; 0 for `pooled` */
  epsilon?: number;
  /** renorm: bound of the correction of the scale, `[1 / rMax, rMax]`. @defaultValue 3 */
  rMax?: number;
  /** renorm: bound of the correction of the center, `±dMax`. @defaultValue 5 */
  dMax?: number;
  /** Where γ is multiplied in and counts as a weight. @defaultValue true */
  scale?: boolean;
  /** Where β is added and counts as a weight. @defaultValue true */
  center?: boolean;
  /** One for all channels, or one each. @defaultValue 1 */
  gamma?: number | ArrayLike<number>;
  /** @defaultValue 0 */
  beta?: number | ArrayLike<number>;
}
