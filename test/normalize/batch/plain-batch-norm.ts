import { isObservation } from '../../../src/stats/is-observation.js';

/** Batch normalization by the textbook: channels apart, everything looked at anew for each batch, nothing shared with the real one. */
export interface PlainChannel {
  batches: number;
  mean: number;
  variance: number;
  /** Everything ever learnt, for the pooled moments. */
  all: number[];
}

export interface PlainRules {
  semantics: 'pooled' | 'keras' | 'pytorch' | 'mxnet' | 'renorm';
  /** Weight of the new; null: cumulative. */
  weight: number | null;
  epsilon: number;
  rMax: number;
  dMax: number;
}

export const freshChannel = (): PlainChannel => ({ batches: 0, mean: 0, variance: 1, all: [] });
const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const squaresOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + (x - meanOf(xs)) ** 2, 0);

/** Normalizes and learns the values of one channel; those whose mask is 0 are normalized only. */
export function plainTrain(
  channel: PlainChannel,
  xs: readonly number[],
  mask: readonly number[],
  { semantics, weight, epsilon, rMax, dMax }: PlainRules,
): number[] {
  const learnt = xs.filter((x, i) => isObservation(x) && mask[i] !== 0);
  const count = learnt.length;
  if (count === 0) return xs.map(() => Number.NaN);
  const mean = meanOf(learnt);
  const variance = squaresOf(learnt) / count;
  const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
  const divide = (x: number, by: number) => (by === 0 ? 0 : x / by);
  let normalize = (x: number) => divide(x - mean, Math.sqrt(variance + epsilon));
  if (semantics === 'renorm' && channel.batches > 0) {
    const [own, running] = [Math.sqrt(variance + epsilon), Math.sqrt(channel.variance)];
    const r = clip(own / running, 1 / rMax, rMax);
    const d = clip((mean - channel.mean) / running, -dMax, dMax);
    normalize = (x) => ((x - mean) / own) * r + d;
  }
  if (semantics === 'pooled' && count === 1)
    normalize = plainFrozen({ ...channel, all: [...channel.all] }, semantics, epsilon);
  const ys = xs.map((x) => (isObservation(x) ? normalize(x) : Number.NaN));

  channel.all.push(...learnt);
  const learns = semantics === 'pytorch' ? count > 1 : true;
  if (!learns) return ys;
  channel.batches++;
  const w = weight ?? 1 / channel.batches;
  const isFirst = semantics === 'renorm' && channel.batches === 1;
  const spread = semantics === 'pytorch' ? squaresOf(learnt) / (count - 1) : variance;
  if (semantics === 'renorm') {
    const before = Math.sqrt(channel.variance);
    const own = Math.sqrt(variance + epsilon);
    channel.variance = (isFirst ? own : (1 - w) * before + w * own) ** 2;
  } else channel.variance = (1 - w) * channel.variance + w * spread;
  channel.mean = isFirst ? mean : (1 - w) * channel.mean + w * mean;
  return ys;
}

/** What normalizes by the running statistics. */
export function plainFrozen(
  channel: PlainChannel,
  semantics: PlainRules['semantics'],
  epsilon: number,
): (x: number) => number {
  const { all } = channel;
  if (semantics === 'pooled') {
    if (all.length === 0) return () => Number.NaN;
    const deviation = Math.sqrt(squaresOf(all) / all.length + epsilon);
    return (x) => (deviation === 0 ? 0 : (x - meanOf(all)) / deviation);
  }
  const deviation = Math.sqrt(channel.variance + (semantics === 'renorm' ? 0 : epsilon));
  return (x) => (deviation === 0 ? 0 : (x - channel.mean) / deviation);
}
