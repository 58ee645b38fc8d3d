import type { LatenessAware, Statistic } from '../stats/statistic.js';
import type { Normalizer } from './normalizer.js';

/** What all normalizers share: a statistic, preceded in the state by `headerLength` doubles of the method's own. */
export abstract class StatisticNormalizer<S extends Statistic> implements Normalizer {
  abstract readonly affine: boolean;
  readonly statistic: S;
  readonly stride: number;
  readonly headerLength: number;
  readonly #lateness: LatenessAware | undefined;
  readonly epoch: number = 0;
  count = 0;
  center = Number.NaN;
  scale = Number.NaN;

  constructor(statistic: S, headerLength = 0) {
    this.statistic = statistic;
    this.headerLength = headerLength;
    this.stride = headerLength + statistic.stride;
    this.#lateness = 'isTooLate' in statistic ? (statistic as unknown as LatenessAware) : undefined;
  }

  get growable(): boolean {
    return this.statistic.growable;
  }
  get state(): Float64Array {
    return this.statistic.state;
  }

  aim(state: Float64Array, offset: number): void {
    this.statistic.aim(state, offset + this.headerLength);
  }
  advance(time: number): void {
    this.statistic.advance(time);
  }
  learn(x: number, time: number): void {
    this.statistic.update(x, time);
  }
  step(x: number, time: number): number {
    this.refresh();
    const score = this.count > 0 ? this.normalize(x) : Number.NaN;
    this.learn(x, time);
    return score;
  }
  isTooLate(time: number): boolean {
    return this.#lateness?.isTooLate(time) ?? false;
  }

  abstract refresh(): void;
  abstract normalize(x: number): number;
  abstract denormalize(y: number): number;
}
