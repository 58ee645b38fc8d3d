import type { BatchCoefficients, BatchScaling } from '../../batch/batch-scaling.js';
import type { GroupMoments } from '../../batch/group-moments.js';
import { newBatchCoefficients } from '../../batch/own-coefficients.js';
import { InvalidOptionError } from '../../errors.js';
import type { BatchNormRules } from './resolve-batch-norm.js';
import { RunningChannels } from './running-channels.js';

/** What to do with one batch, and what to learn of it when that is done. */
export interface BatchStep {
  /** By channel: what residuals are to be taken about. */
  readonly pivots: Float64Array;
  readonly scaling: BatchScaling;
  /** Learns the batch, once however often it is called. */
  learn(moments: GroupMoments): void;
}

/**
 * Batch normalization of `channels` channels: what a batch is normalized with, and the running statistics that it leaves (Ioffe &
 * Szegedy 2015; renorm: Ioffe 2017). Knows no backend: it says what to compute.
 */
export class BatchNormalizer {
  readonly rules: BatchNormRules;
  readonly running: RunningChannels;
  /** By channel; undefined where it is 1 everywhere. */
  gamma: Float64Array | undefined;
  /** By channel; undefined where it is 0 everywhere. */
  beta: Float64Array | undefined;

  /** @throws InvalidOptionError where γ or β are not of so many channels */
  constructor(rules: BatchNormRules, channels: number, state?: Float64Array) {
    this.rules = rules;
    this.running = new RunningChannels(rules, channels, state);
    this.gamma = weightsFor('gamma', rules.scale ? rules.gamma : 1, channels, 1);
    this.beta = weightsFor('beta', rules.center ? rules.beta : 0, channels, 0);
  }

  get channels(): number {
    return this.running.channels;
  }

  /** The running statistics, and nothing else: copying them is a checkpoint. */
  get state(): Float64Array {
    return this.running.state;
  }

  /**
   * A batch that is learnt.
   * @param pivots a value near each channel's, taken over
   * @param aim turns `running` to the series of this batch; called before each use of it, which may be later
   */
  train(pivots: Float64Array, aim?: () => void): BatchStep {
    let resolved: BatchCoefficients | undefined;
    let isLearnt = false;
    const learn = (moments: GroupMoments): void => {
      if (isLearnt) return;
      isLearnt = true;
      aim?.();
      for (let c = 0; c < this.channels; c++)
        this.running.learn(c, moments.count[c]!, pivots[c]!, moments.shift[c]!, moments.m2[c]!);
    };
    const { semantics, epsilon } = this.rules;
    if (semantics !== 'renorm' && semantics !== 'pooled') return { pivots, scaling: { kind: 'own', epsilon }, learn };
    // What is learnt of this batch must be there when the next one is resolved, and must not be there for this one.
    const resolve = (moments: GroupMoments): BatchCoefficients => {
      aim?.();
      resolved ??= semantics === 'renorm' ? this.#renormalize(moments, pivots) : this.#pool(moments, pivots);
      learn(moments);
      return resolved;
    };
    return { pivots, scaling: { kind: 'resolved', resolve }, learn };
  }

  /** A batch that is normalized by the running statistics and not learnt. */
  freeze(): BatchStep {
    const { channels, running } = this;
    const pivots = new Float64Array(channels);
    const coefficients = newBatchCoefficients(channels);
    for (let c = 0; c < channels; c++) {
      const mean = running.mean(c);
      const deviation = running.deviation(c);
      pivots[c] = Number.isNaN(mean) ? 0 : mean;
      coefficients.shift[c] = running.meanLow(c);
      coefficients.scale[c] = reciprocal(deviation);
    }
    return { pivots, scaling: { kind: 'given', coefficients }, learn: () => {} };
  }

  /** Ioffe (2017): `(x − μ_batch) / σ_batch · r + d`, which is nearly `(x − μ) / σ`. Before the first batch there is nothing to correct by. */
  #renormalize({ count, shift, m2 }: GroupMoments, pivots: Float64Array): BatchCoefficients {
    const { epsilon, rMax, dMax } = this.rules;
    const { channels, running } = this;
    const { shift: center, scale, offset } = newBatchCoefficients(channels);
    for (let c = 0; c < channels; c++) {
      const own = Math.sqrt(m2[c]! / count[c]! + epsilon);
      const isFirst = running.count(c) === 0;
      const deviation = running.deviation(c);
      const r = isFirst ? 1 : clip(own / deviation, 1 / rMax, rMax);
      const d = isFirst ? 0 : clip(running.distance(c, pivots[c]!, shift[c]!) / deviation, -dMax, dMax);
      center[c] = shift[c]!;
      scale[c] = reciprocal(own) * r;
      offset[c] = d;
    }
    return { shift: center, scale, offset };
  }

  /** By the batch's own moments; a channel of one observation, which has no spread, by what was known before. */
  #pool({ count, shift, m2 }: GroupMoments, pivots: Float64Array): BatchCoefficients {
    const { epsilon } = this.rules;
    const { channels, running } = this;
    const { shift: center, scale, offset } = newBatchCoefficients(channels);
    for (let c = 0; c < channels; c++) {
      const isLone = count[c] === 1;
      center[c] = isLone ? shift[c]! - running.distance(c, pivots[c]!, shift[c]!) : shift[c]!;
      scale[c] = reciprocal(isLone ? running.deviation(c) : Math.sqrt(m2[c]! / count[c]! + epsilon));
    }
    return { shift: center, scale, offset };
  }
}

/** 0 where there is no spread; NaN where nothing is known. */
function reciprocal(deviation: number): number {
  return deviation === 0 ? 0 : 1 / deviation;
}

function clip(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** One weight a channel. @throws InvalidOptionError */
export function weightsFor(
  option: string,
  given: number | Float64Array,
  channels: number,
  neutral: number,
): Float64Array | undefined {
  if (typeof given === 'number') return given === neutral ? undefined : new Float64Array(channels).fill(given);
  if (given.length !== channels)
    throw new InvalidOptionError(option, `${given.length} numbers`, `one number for each of ${channels} channels`);
  return given;
}
