import { SeriesGroup } from '../stats/series-group.js';
import type { MomentsStatistic } from '../stats/statistic.js';
import type { WhenFlat } from './normalizer.js';
import { StatisticNormalizer } from './statistic-normalizer.js';
import { usableScale } from './usable-scale.js';

/** A group is worth so many values of a series' own, for its center at most and for its scale, and has no say from `FADED` on. */
const WORTH = 10;
const FADED = 64;

/**
 * Z-score of a series that begins with what its group knows: `(x − center) / scale`, both mixed from the series' own moments and the group's
 * by what each is worth, the group fading out as the series gets values of its own.
 *
 * n values of its own with mean m, variance v; of the group μ, σ² within a series and τ² between them (see `SeriesGroup`). Fading share
 * f = max(0, 1 − n / 64). Center: (n·m + k·μ) / (n + k), k = f · min(10, σ² / τ²): the posterior mean under normal levels, James–Stein's.
 * Variance: (n·v + w·σ²) / (n − ddof′ + w), w = 10f, a degree of freedom being lost to m while the group has a say: the mean of its
 * posterior. From 64 values on both are the series' own, to the last bit.
 *
 * State: a count of values, then the statistic's; the group's is aimed at apart, by `aimGroup`. O(1) beside the statistic.
 */
export class GroupedNormalizer extends StatisticNormalizer<MomentsStatistic> {
  readonly affine = true;
  readonly group = new SeriesGroup();
  readonly #ddof: number;
  readonly #whenFlat: WhenFlat;
  /** What is taken off the own mean. */
  #shift = 0;

  constructor(statistic: MomentsStatistic, { ddof, whenFlat }: { ddof: number; whenFlat: WhenFlat }) {
    super(statistic, 1);
    this.#ddof = ddof;
    this.#whenFlat = whenFlat;
  }

  aimGroup(state: Float64Array, offset: number): void {
    this.group.aim(state, offset);
  }

  refresh(): void {
    const { statistic, group } = this;
    const n = statistic.count;
    const own = statistic.variance(this.#ddof);
    this.#shift = 0;
    const { within } = group;
    const fading = Math.max(0, 1 - n / FADED);
    if (fading === 0 || Number.isNaN(within)) {
      this.count = n;
      this.center = statistic.mean;
      this.scale = n > 0 ? usableScale(Math.sqrt(own > 0 ? own : 0)) : Number.NaN;
      return;
    }
    const { between } = group;
    // With one series, or means that are all alike, the group is worth most.
    const worth = fading * (between > 0 ? Math.min(WORTH, within / between) : WORTH);
    const weight = fading * WORTH;
    // A center that is all the group's is so by what the group has of it, even where that is next to nothing.
    if (n > 0) this.#shift = (worth / (n + worth)) * group.deviation(statistic.mean);
    this.count = n + group.freedom;
    this.center = n > 0 ? statistic.shifted(-this.#shift) : group.mean;
    const variance = n > 0 ? (n * statistic.variance() + weight * within) / (n - fading + weight) : within;
    this.scale = usableScale(Math.sqrt(variance));
  }

  normalize(x: number): number {
    const deviation = this.statistic.count > 0 ? this.statistic.deviation(x) + this.#shift : this.group.deviation(x);
    if (this.scale > 0) return deviation / this.scale;
    return this.#whenFlat === 'zero' ? 0 : deviation;
  }

  denormalize(y: number): number {
    const step = this.scale > 0 ? y * this.scale : this.#whenFlat === 'zero' ? 0 : y;
    return this.statistic.count > 0 ? this.statistic.shifted(step - this.#shift) : this.group.shifted(step);
  }

  override learn(x: number, time: number): void {
    const { statistic } = this;
    const known = statistic.count;
    const at = statistic.offset - 1;
    this.group.learn(x, known > 0 ? statistic.deviation(x) : 0, known, statistic.state[at]!);
    statistic.update(x, time);
    statistic.state[at]! += 1;
  }
}
