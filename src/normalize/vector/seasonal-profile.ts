import type { ResolvedMemory } from '../memory.js';
import { type PlainValue, ValueScorer } from './plain/value-scorer.js';
import { RunningChannelMoments } from './running-channel-moments.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

const DAY = 86_400_000;
/** The epoch began on a Thursday: weeks are counted from the Monday before. */
const MONDAY = 3 * DAY;

export interface SeasonalProfileOptions {
  /** ms; of a week, phases are counted from Monday 00:00, else from midnight. */
  period: number;
  /** Phases of a period. */
  bins: number;
  /** ms that local time is ahead of UTC. */
  utcOffset: number;
  memory: ResolvedMemory;
}

/**
 * Removes from a value what is usual at its time: the running mean of the values at the same phase of the day, the week or another period,
 * `x − mean(phase)`; `center` is what was removed, and x = normalized + center. Scored first, learnt after; a phase warms up by itself, and
 * a value without a time is neither scored nor learnt.
 *
 * State: moments for each phase, see `RunningChannelMoments`; half-lives count values, or event time, of all phases together. O(bins) with
 * a half-life, else O(1).
 */
export class SeasonalProfile extends ValueScorer {
  override center: number | null = null;
  override scale: number | null = null;
  readonly #options: SeasonalProfileOptions;
  readonly #running: RunningChannelMoments;
  readonly #moments = { count: 1, mean: 0, m2: 0 };

  constructor(options: SeasonalProfileOptions, rules: VectorRules, counters: VectorCounters) {
    const running = new RunningChannelMoments(options.bins, options.memory);
    super({ stride: running.stride, growable: false }, rules, counters);
    this.#options = options;
    this.#running = running;
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#running.aim(state, offset);
  }

  /** The phase of a time, from 0. */
  phaseOf(time: number): number {
    const { period, bins, utcOffset } = this.#options;
    const local = time + utcOffset + (period === 7 * DAY ? MONDAY : 0);
    const part = (((local % period) + period) % period) / period;
    return Math.min(bins - 1, Math.floor(part * bins));
  }

  protected accept(value: unknown): string | undefined {
    const x = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof x === 'number' && Math.abs(x) <= 1e150 ? undefined : 'a number up to 1e150';
  }

  protected work(value: PlainValue, time: number): void {
    if (!Number.isFinite(time)) {
      this.counters.untimed++;
      this.output = null;
      return;
    }
    const x = Number(value);
    const phase = this.phaseOf(time);
    if (this.rules.order === 'learn-first') this.#learn(x, phase, time);
    const moments = this.#running.of(phase);
    this.count = moments.count;
    this.warm = moments.count > 0 && moments.count >= this.rules.warmup;
    this.center = moments.count > 0 ? moments.mean : null;
    this.scale = moments.count > 0 ? Math.sqrt(moments.variance()) : null;
    const { whileWarming } = this.rules;
    if (this.warm) this.output = moments.deviation(x);
    else this.output = whileWarming === 'raw' ? x : whileWarming === 'zero' ? 0 : null;
    if (this.rules.order === 'normalize-first') this.#learn(x, phase, time);
  }

  #learn(x: number, phase: number, time: number): void {
    this.#running.begin(time);
    this.#moments.mean = x;
    this.#running.learn(phase, this.#moments);
  }
}
