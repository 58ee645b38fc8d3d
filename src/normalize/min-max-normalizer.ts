import { Extent } from '../stats/extent.js';
import type { ExtentStatistic } from '../stats/statistic.js';
import type { WhenFlat } from './normalizer.js';
import { StatisticNormalizer } from './statistic-normalizer.js';
import { usableScale } from './usable-scale.js';

/**
 * Min-max: the running extent onto the target range, `low + (x − min) / (max − min) · (high − low)`.
 *
 * The ends are met exactly; a value outside what was learnt comes out outside the range unless it is clipped. A flat series answers
 * `low`; with `whenFlat: 'center'`, `low + (x − min)`, as scikit-learn does.
 */
export class MinMaxNormalizer extends StatisticNormalizer<ExtentStatistic> {
  readonly affine = true;
  /** The statistic, where it is over everything seen. */
  readonly #extent: Extent | undefined;
  readonly #low: number;
  readonly #high: number;
  readonly #whenFlat: WhenFlat;
  #min = Number.NaN;
  #width = Number.NaN;

  constructor(
    statistic: ExtentStatistic,
    { range, whenFlat }: { range: readonly [low: number, high: number]; whenFlat: WhenFlat },
  ) {
    super(statistic);
    this.#extent = statistic instanceof Extent ? statistic : undefined;
    [this.#low, this.#high] = range;
    this.#whenFlat = whenFlat;
  }

  refresh(): void {
    this.count = this.statistic.count;
    this.#aimAt(this.statistic.min, this.statistic.max);
  }

  /** Over everything seen in one go: the state is read and written once. */
  override step(x: number, time: number): number {
    const extent = this.#extent;
    if (extent === undefined) return super.step(x, time);
    const { state, offset } = extent;
    const count = state[offset]!;
    this.count = count;
    state[offset] = count + 1;
    if (!(count > 0)) {
      this.#aimAt(Number.NaN, Number.NaN);
      state[offset + 1] = x;
      state[offset + 2] = x;
      return Number.NaN;
    }
    const min = state[offset + 1]!;
    const max = state[offset + 2]!;
    this.#aimAt(min, max);
    state[offset + 1] = Math.min(min, x);
    state[offset + 2] = Math.max(max, x);
    return this.normalize(x);
  }

  #aimAt(min: number, max: number): void {
    this.#min = min;
    this.#width = usableScale(max - min);
    this.scale = this.#width / (this.#high - this.#low);
    this.center = min - this.#low * this.scale;
  }

  normalize(x: number): number {
    const distance = x - this.#min;
    if (!(this.#width > 0)) return this.#whenFlat === 'zero' ? this.#low : this.#low + distance;
    const share = distance / this.#width;
    return this.#low * (1 - share) + this.#high * share;
  }

  denormalize(y: number): number {
    const above = y - this.#low;
    if (!(this.#width > 0)) return this.#whenFlat === 'zero' ? this.#min : this.#min + above;
    return this.#min + (above / (this.#high - this.#low)) * this.#width;
  }
}
