import { InvalidOptionError } from '../../errors.js';
import type { BatchNormOptions, BatchSemantics } from './batch-norm-options.js';

/** Options of batch normalization, checked and complete. */
export interface BatchNormRules {
  semantics: BatchSemantics;
  /** Weight of a new batch after `batches` others. */
  weightOf: (batches: number) => number;
  epsilon: number;
  /** Whether the running variance is that of a sample. */
  unbiased: boolean;
  rMax: number;
  dMax: number;
  scale: boolean;
  center: boolean;
  gamma: number | Float64Array;
  beta: number | Float64Array;
  /** Says what shape of state this has: state of another fingerprint is not read. */
  fingerprint: string;
}

const EPSILON: Readonly<Record<BatchSemantics, number>> = {
  pooled: 0,
  keras: 1e-3,
  pytorch: 1e-5,
  mxnet: 1e-3,
  renorm: 1e-3,
};
const MOMENTUM = { keras: 0.99, pytorch: 0.1, mxnet: 0.9, renorm: 0.99 } as const;

/**
 * @throws InvalidOptionError naming the option, also for one that the semantics do not have
 */
export function resolveBatchNorm(options: BatchNormOptions = {}): BatchNormRules {
  const { semantics = 'pooled', rMax = 3, dMax = 5, scale = true, center = true } = options;
  if (!Object.hasOwn(EPSILON, semantics))
    throw new InvalidOptionError('semantics', semantics, `one of ${Object.keys(EPSILON).join(', ')}`);
  const { epsilon = EPSILON[semantics] } = options;
  if (!(typeof epsilon === 'number' && epsilon >= 0 && Number.isFinite(epsilon)))
    throw new InvalidOptionError('epsilon', epsilon, 'a finite number >= 0');
  for (const option of ['rMax', 'dMax'] as const)
    if (options[option] !== undefined && semantics !== 'renorm')
      throw new InvalidOptionError(option, options[option], 'absent: only renorm has it');
  if (!(rMax >= 1)) throw new InvalidOptionError('rMax', rMax, 'at least 1');
  if (!(dMax >= 0)) throw new InvalidOptionError('dMax', dMax, 'at least 0');
  for (const [option, given] of Object.entries({ scale, center }))
    if (typeof given !== 'boolean') throw new InvalidOptionError(option, given, 'true or false');
  if (!scale && options.gamma !== undefined)
    throw new InvalidOptionError('gamma', options.gamma, 'absent: scale is false');
  if (!center && options.beta !== undefined)
    throw new InvalidOptionError('beta', options.beta, 'absent: center is false');
  return {
    semantics,
    weightOf: resolveMomentum(semantics, options.momentum),
    epsilon,
    unbiased: semantics === 'pytorch',
    rMax,
    dMax,
    scale,
    center,
    gamma: resolveWeights('gamma', options.gamma, 1),
    beta: resolveWeights('beta', options.beta, 0),
    // A running standard deviation contains epsilon; the other states do not depend on it.
    fingerprint: JSON.stringify(['batch', semantics, semantics === 'renorm' ? epsilon : null]),
  };
}

function resolveMomentum(semantics: BatchSemantics, given: number | null | undefined): (batches: number) => number {
  if (semantics === 'pooled') {
    if (given !== undefined)
      throw new InvalidOptionError('momentum', given, 'absent: pooled weighs everything the same');
    return () => Number.NaN;
  }
  if (given === null && semantics === 'pytorch') return (batches) => 1 / (batches + 1);
  const momentum = given === undefined ? MOMENTUM[semantics] : given;
  if (!(typeof momentum === 'number' && momentum >= 0 && momentum <= 1))
    throw new InvalidOptionError(
      'momentum',
      momentum,
      semantics === 'pytorch'
        ? 'a number in [0, 1], the weight of the new, or null'
        : 'a number in [0, 1], the weight of the old',
    );
  const weight = semantics === 'pytorch' ? momentum : 1 - momentum;
  return () => weight;
}

/** γ or β: one number for all channels or one a channel. */
function resolveWeights(
  option: string,
  given: number | ArrayLike<number> | undefined,
  otherwise: number,
): number | Float64Array {
  if (given === undefined) return otherwise;
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  if (typeof given === 'object' && given !== null && given.length >= 1) {
    const weights = Float64Array.from(given);
    if (weights.every(Number.isFinite)) return weights;
  }
  throw new InvalidOptionError(option, given, 'a finite number, or one for each channel');
}
