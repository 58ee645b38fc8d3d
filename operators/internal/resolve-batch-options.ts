import type { Backend, BackendName } from '../../src/backend/backend.js';
import { InvalidOptionError } from '../../src/errors.js';
import type { BatchNormOptions } from '../../src/normalize/batch/batch-norm-options.js';
import { resolveBatchNorm } from '../../src/normalize/batch/resolve-batch-norm.js';
import type { BatchRunnerOptions } from './batch-runner.js';

/** A backend that is there, or the name of one that is to be opened. */
export type BackendChoice = Backend | BackendName | 'auto';

export interface BatchOptions extends BatchNormOptions {
  /**
   * What shares a mean and a variance: each channel of the batch (the only one with running statistics), each position over its
   * channels (layer), each channel of each sample (instance), each part of the channels of each sample (group).
   * @defaultValue `'batch'`
   */
  over?: 'batch' | 'layer' | 'instance' | 'group';
  /** `over: 'group'`: into how many parts the channels are cut. */
  groups?: number;
  /** Where the channels are in the shape: behind all else, or right behind the samples. @defaultValue first for pytorch and mxnet, else last */
  channels?: 'last' | 'first';
  /** What NaN, ±Infinity and null become: NaN (skip), β (impute), or an error. They are never learnt. @defaultValue `'skip'` */
  missing?: 'skip' | 'impute' | 'error';
  /** An array, or what the backend has computed with: a `tf.Tensor` or a GPU buffer, not read back. @defaultValue `'array'` */
  output?: 'array' | 'tensor';
}

/** What layer, instance and group normalization add to the variance. */
const STATELESS_EPSILON = 1e-5;

/** @throws InvalidOptionError naming the option */
export function resolveBatchOptions(options: BatchOptions): BatchRunnerOptions {
  const { over = 'batch', groups, missing = 'skip', output = 'array', semantics } = options;
  const { channels = semantics === 'pytorch' || semantics === 'mxnet' ? 'first' : 'last' } = options;
  oneOf('over', over, ['batch', 'layer', 'instance', 'group']);
  oneOf('channels', channels, ['last', 'first']);
  oneOf('missing', missing, ['skip', 'impute', 'error']);
  oneOf('output', output, ['array', 'tensor']);
  if (over !== 'batch')
    for (const option of ['semantics', 'momentum', 'rMax', 'dMax'] as const)
      if (options[option] !== undefined)
        throw new InvalidOptionError(option, options[option], `absent: only over 'batch' has running statistics`);
  if (over !== 'group' && groups !== undefined)
    throw new InvalidOptionError('groups', groups, "absent: only over 'group' has it");
  if (over === 'group' && !(Number.isSafeInteger(groups) && groups! >= 1))
    throw new InvalidOptionError('groups', groups, 'an integer >= 1');
  const { momentum, epsilon = over === 'batch' ? undefined : STATELESS_EPSILON, rMax, dMax } = options;
  const { scale, center, gamma, beta } = options;
  const given = { semantics, momentum, epsilon, rMax, dMax, scale, center, gamma, beta };
  const rules = resolveBatchNorm(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  return { rules, over, groups: groups ?? 1, channels, missing, output };
}

function oneOf(option: string, received: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(received as string))
    throw new InvalidOptionError(option, received, `one of ${allowed.map((name) => JSON.stringify(name)).join(', ')}`);
}
