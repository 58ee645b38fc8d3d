import { InvalidOptionError } from '../errors.js';
import { type BatchNormRules, resolveBatchNorm } from './batch/resolve-batch-norm.js';
import { checkOneOf } from './check-one-of.js';
import { defaultMethod } from './default-method.js';
import { type ResolvedDrift, resolveDrift } from './drift-options.js';
import type { BatchFieldOptions, FieldOptions, MethodOptions, PlainMethod } from './field-options.js';
import { needsTime, type ResolvedMemory, resolveMemory } from './memory.js';
import type { WhenFlat } from './normalizer.js';
import { COMMON_OPTIONS, groupRefusal, refusal } from './refused-options.js';
import type { ScoringRules } from './scorer.js';
import type { Norm } from './unit-norm.js';
import { VECTOR_OPTIONS } from './vector/vector-options.js';

/** Field options, checked and complete. */
export interface ResolvedField {
  method: PlainMethod;
  memory: ResolvedMemory;
  rules: ScoringRules;
  whenFlat: WhenFlat;
  /** Absent: the method goes on, whatever happens. */
  drift: ResolvedDrift | undefined;
  /** Whether a new series begins with what its group knows. */
  grouped: boolean;
  options: Required<Omit<MethodOptions, 'norm'>> & { norm: Norm };
  /** Of the method `batch` alone. */
  batch: BatchNormRules | undefined;
  /** Says what shape of state the field has: state of another fingerprint is not read. */
  fingerprint: string;
}

const METHODS: readonly PlainMethod[] = [
  'z-score', 'min-max', 'max-abs', 'robust', 'quantile', 'power', 'adaptive', 'innovation', 'unit-norm', 'batch', 'none',
]; // biome-ignore format: one line reads better

/** The methods that an option belongs to. */
const OWNERS: Readonly<Record<keyof MethodOptions | keyof BatchFieldOptions, readonly PlainMethod[]>> = {
  ddof: ['z-score'],
  range: ['min-max'],
  quantiles: ['robust'],
  unitVariance: ['robust'],
  spread: ['robust'],
  distribution: ['quantile'],
  family: ['power'],
  norm: ['unit-norm'],
  semantics: ['batch'],
  momentum: ['batch'],
  epsilon: ['batch'],
  rMax: ['batch'],
  dMax: ['batch'],
  gamma: ['batch'],
  beta: ['batch'],
};

/** Options of single methods, by name. */
export const METHOD_OPTIONS = Object.keys(OWNERS) as (keyof MethodOptions)[];

/**
 * Checks the options of a field and fills in the defaults.
 * @param hasGroup whether the records have a group
 * @throws InvalidOptionError naming the option, what it must be and what it is: also for one that the method does not have, and for a
 * combination that has no meaning
 */
export function resolveField(field: FieldOptions, hasGroup = false): ResolvedField {
  const { method: given = defaultMethod(field, hasGroup) } = field;
  checkOneOf('method', given, METHODS);
  const method = given as PlainMethod;
  for (const option of Object.keys(field)) {
    const value = (field as Record<string, unknown>)[option];
    if (value === undefined || option === 'method' || option === 'group') continue;
    const owners = OWNERS[option as keyof typeof OWNERS];
    if (owners && !owners.includes(method))
      throw new InvalidOptionError(option, value, `absent: only ${owners.join(' and ')} has it`);
    if ((VECTOR_OPTIONS as readonly string[]).includes(option))
      throw new InvalidOptionError(option, value, 'absent: only a field with a shape, or of a method for such, has it');
    const reason = refusal(method, option);
    if (reason) throw new InvalidOptionError(option, value, `absent: ${reason}`);
    if (!owners && !(COMMON_OPTIONS as readonly string[]).includes(option))
      throw new InvalidOptionError(option, value, 'absent: there is no such option');
  }

  const { ddof = 0, range = [0, 1], quantiles = [0.25, 0.75], unitVariance = false, spread = 'quantiles' } = field;
  const { distribution = 'uniform', family = 'yeo-johnson', norm = 'l2', whenFlat = 'zero' } = field;
  const { order = 'normalize-first', warmup = 30, whileWarming = 'null', missing = 'skip', learnWithin } = field;
  checkOneOf('ddof', ddof, [0, 1]);
  pair(
    'range',
    range,
    'two finite numbers, the lower first',
    (low, high) => Number.isFinite(low) && Number.isFinite(high),
  );
  pair('quantiles', quantiles, 'two numbers in [0, 1], the lower first', (low, high) => low >= 0 && high <= 1);
  checkOneOf('unitVariance', unitVariance, [true, false]);
  checkOneOf('spread', spread, ['quantiles', 'mad']);
  if (spread === 'mad' && field.quantiles !== undefined)
    throw new InvalidOptionError('quantiles', quantiles, "absent: spread 'mad' does not use them");
  checkOneOf('distribution', distribution, ['uniform', 'normal']);
  checkOneOf('family', family, ['yeo-johnson', 'box-cox']);
  checkOneOf('norm', norm, ['l1', 'l2', 'max']);
  checkOneOf('whenFlat', whenFlat, ['zero', 'center']);
  checkOneOf('order', order, ['normalize-first', 'learn-first']);
  checkOneOf('whileWarming', whileWarming, ['null', 'drop', 'raw', 'zero']);
  checkOneOf('missing', missing, ['skip', 'error', 'impute']);
  if (!(Number.isSafeInteger(warmup) && warmup >= 0)) throw new InvalidOptionError('warmup', warmup, 'an integer >= 0');
  if (learnWithin !== undefined && !(learnWithin > 0 && Number.isFinite(learnWithin)))
    throw new InvalidOptionError('learnWithin', learnWithin, 'a finite number of scales > 0');

  const grouped = hasGroup && field.group !== false;
  checkOneOf('group', field.group ?? true, [true, false]);
  const whyNot = grouped ? groupRefusal(method, field) : undefined;
  if (whyNot) throw new InvalidOptionError('group', true, `false for this field: ${whyNot}`);
  const batch = method === 'batch' ? resolveBatch(field) : undefined;
  const memory = resolveMemory(field.memory, field.allowedLateness);
  if (memory.kind === 'window' && warmup > memory.length)
    throw new InvalidOptionError('warmup', warmup, `at most the window's length, ${memory.length}`);
  const drift = field.drift && resolveDrift(field.drift, memory.kind === 'window-time' ? 'reset' : 'shadow');
  if (drift) checkDrift(drift, field, method, memory);
  const [clipLow, clipHigh] = resolveClip(field.clip, method, range);
  return {
    method,
    memory,
    whenFlat,
    drift,
    grouped,
    rules: {
      order,
      warmup,
      whileWarming,
      missing,
      clipLow,
      clipHigh,
      learnWithin: learnWithin ?? Number.POSITIVE_INFINITY,
      timed: needsTime(memory),
    },
    options: { ddof, range, quantiles, unitVariance, spread, distribution, family, norm: norm as Norm },
    batch,
    fingerprint:
      batch?.fingerprint ??
      JSON.stringify([
        method,
        memory,
        method === 'power' ? family : null,
        learnWithin !== undefined,
        ...(drift ? [drift.fingerprint] : []),
        ...(grouped ? ['grouped'] : []),
      ]),
  };
}

/** Whether a fingerprint is that of a field that is one number, and not of what stands beside fields, or of a field that is more. */
export function isFingerprintOfField(fingerprint: string): boolean {
  try {
    const [method, second] = JSON.parse(fingerprint) as unknown[];
    return METHODS.includes(method as PlainMethod) && !Array.isArray(second);
  } catch {
    return false;
  }
}

/** @throws InvalidOptionError also for weights of several channels, for a field is one */
function resolveBatch(field: FieldOptions): BatchNormRules {
  const { semantics, momentum, epsilon, rMax, dMax, gamma, beta, missing } = field;
  if (missing === 'error')
    throw new InvalidOptionError('missing', missing, "'skip' or 'impute': batch scores a whole micro-batch at a time");
  for (const [option, given] of Object.entries({ gamma, beta }))
    if (given !== undefined && typeof given !== 'number')
      throw new InvalidOptionError(option, given, 'a finite number');
  const options = { semantics, momentum, epsilon, rMax, dMax, gamma, beta };
  return resolveBatchNorm(Object.fromEntries(Object.entries(options).filter(([, given]) => given !== undefined)));
}

/** Refuses policies that the state of the method cannot follow. */
function checkDrift({ policy }: ResolvedDrift, field: FieldOptions, method: PlainMethod, memory: ResolvedMemory): void {
  if (field.learnWithin !== undefined)
    throw new InvalidOptionError(
      'learnWithin',
      field.learnWithin,
      'absent beside drift: the detector must see every value',
    );
  if (policy.kind === 'reset') return;
  if (memory.kind === 'window-time')
    throw new InvalidOptionError('policy', policy.kind, "'reset' for a window in event time, whose state grows");
  if (policy.kind === 'shrink' && memory.kind === 'half-life-time')
    throw new InvalidOptionError(
      'policy',
      policy.kind,
      "'reset', 'shadow' or 'blend' for a memory in event time: values are kept without their times",
    );
  if (policy.kind === 'blend' && (method === 'quantile' || method === 'power'))
    throw new InvalidOptionError(
      'policy',
      policy.kind,
      `'reset', 'shrink' or 'shadow': ${method} has no center and scale to go over from`,
    );
}

function resolveClip(
  clip: FieldOptions['clip'],
  method: PlainMethod,
  range: readonly [number, number],
): readonly [number, number] {
  if (clip === undefined || clip === false) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (clip === true) {
    if (method === 'min-max') return range;
    throw new InvalidOptionError(
      'clip',
      clip,
      'a number k for ±k or [low, high]: only min-max has a target range to clip to',
    );
  }
  if (typeof clip === 'number') {
    if (clip > 0) return [-clip, clip];
    throw new InvalidOptionError('clip', clip, 'greater than 0');
  }
  pair('clip', clip, '[low, high] or a number k for ±k', () => true);
  return clip;
}

function pair(
  option: string,
  received: unknown,
  expected: string,
  isValid: (low: number, high: number) => boolean,
): void {
  const [low, high] = Array.isArray(received) && received.length === 2 ? received : [undefined, undefined];
  if (!(typeof low === 'number' && typeof high === 'number' && low < high && isValid(low, high)))
    throw new InvalidOptionError(option, received, expected);
}
