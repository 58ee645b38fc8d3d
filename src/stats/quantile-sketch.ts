import { isObservation } from './is-observation.js';
import { PivotSketch, type QuantileSketchOptions } from './pivot-sketch.js';
import { COUNT } from './sketch-layout.js';
import type { Mergeable, Weighted } from './statistic.js';

/**
 * Quantiles of everything seen, with a bounded error relative to the distance from a pivot, in the unit of the series.
 *
 * DDSketch (Masson, Rim & Lee, VLDB 2019): logarithmic bins, here of signed distances from a pivot, so that it is right far from zero;
 * when they do not suffice they are joined in pairs and the accuracy α becomes 2α / (1 + α²) (UDDSketch, Epicoco et al. 2020), as the
 * getter `accuracy` says. **|answer − true quantile| ≤ accuracy · |quantile − pivot|.** Smallest and largest are exact.
 *
 * `pivot: 0`, or any number, is the classic sketch: the bound holds for every value, and a merge in any order is exact.
 *
 * `pivot: 'auto'` is for series of any level. The first 32 distinct values are kept as they are, so that answers are exact (those of a
 * sensor with few states for ever). Then their median becomes the pivot, and a thousandth of their median distance from it the
 * smallest distance told apart: the bound has that much added. Values far beyond the range, some 27 such distances, are counted
 * outside it, so that a spike does not cost accuracy; only when they are more than 1 % of the weight (and more than four) is the range
 * doubled. Quantiles within that 1 % are only known to lie outside the range. When the data have left the pivot by more than two
 * median distances, which is looked at each time the count has grown by an eighth, the bins are moved to the new median, each as
 * one value: that adds its error to the bound once for each such move.
 *
 * O(1) amortized; a quantile or a rank O(√bins), `quantiles` mostly O(1) when asked after each observation of whole weight. About 8.5 KiB at the default size. A missing value changes nothing. A weight of w
 * stands for w observations.
 */
export class QuantileSketch extends PivotSketch implements Mergeable<QuantileSketch>, Weighted {
  readonly weighted = true;
  protected readonly fading = false;

  /** @throws InvalidOptionError */
  constructor(options: QuantileSketchOptions = {}, state?: Float64Array, offset = 0) {
    super(options, state, offset);
  }

  update(x: number, _time?: number, weight = 1): void {
    if (!isObservation(x)) return;
    if (weight === 1) this.learn(x, 1, 1);
    else if (weight > 0 && weight < Number.POSITIVE_INFINITY) this.learnWeighted(x, weight);
  }

  /** @throws IncompatibleStateError for a sketch of other options */
  merge(other: QuantileSketch): void {
    this.absorb(other, 1);
  }

  protected interval(): number {
    if (this.pivot !== 'auto') return Number.POSITIVE_INFINITY;
    return Math.max(256, Math.floor(this.state[this.offset + COUNT]! / 8));
  }
}
