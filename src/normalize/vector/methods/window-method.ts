import { InvalidOptionError } from '../../../errors.js';
import { channelsIn, tensorFormatOf } from '../tensor-format-of.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';
import { WindowNorm, type WindowNormOptions } from '../window-norm.js';

/** A method that normalizes each window by itself. */
export function windowMethod(kind: WindowNormOptions['kind']): VectorMethodEntry {
  return {
    own: ['shape', 'dtype', 'channels', 'encoding', ...(kind === 'san' ? (['slice'] as const) : [])],
    common: ['missing'],
    resolve(field) {
      const format = tensorFormatOf(field);
      const rules = vectorRulesOf(field, 0);
      // A window of one axis is one channel.
      const channels = format.shape.length === 1 ? 1 : channelsIn(format);
      const { slice } = field;
      if (kind === 'san' && !(Number.isSafeInteger(slice) && slice! >= 2))
        throw new InvalidOptionError('slice', slice, 'an integer >= 2: the steps of a slice');
      const values = format.shape.includes(null)
        ? undefined
        : format.shape.reduce((product: number, size) => product * size!, 1);
      if (slice !== undefined && values !== undefined && (values / channels) % slice !== 0)
        throw new InvalidOptionError('slice', slice, `a divisor of the window's ${values / channels} steps`);
      return {
        rules,
        timed: false,
        state: null,
        described: { ...(slice !== undefined && { slice }), missing: rules.missing },
        create: (counters) => new WindowNorm(format, { kind, channels, slice }, rules, counters),
      };
    },
  };
}
