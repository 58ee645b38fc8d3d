import { InvalidOptionError } from '../../../errors.js';
import { Rescale } from '../rescale.js';
import { channelsIn, tensorFormatOf } from '../tensor-format-of.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** `rescale`: by fixed numbers. */
export const rescaleMethod: VectorMethodEntry = {
  own: ['shape', 'dtype', 'channels', 'encoding', 'scale', 'offset', 'mean', 'std'],
  common: ['missing'],
  resolve(field) {
    const format = tensorFormatOf(field);
    const rules = vectorRulesOf(field, 0);
    const { scale = 1, offset = 0, mean = 0, std = 1 } = field;
    if (!(Number.isFinite(scale) && scale !== 0))
      throw new InvalidOptionError('scale', scale, 'a finite number other than 0');
    if (!Number.isFinite(offset)) throw new InvalidOptionError('offset', offset, 'a finite number');
    const isByChannel = typeof mean !== 'number' || typeof std !== 'number';
    const channels = isByChannel ? channelsIn(format) : 1;
    const isEach = (given: unknown, isValid: (x: number) => boolean) =>
      (Array.isArray(given) ? given.length === channels : typeof given === 'number') &&
      [given].flat().every((x) => Number.isFinite(x) && isValid(x as number));
    if (!isEach(mean, () => true)) throw new InvalidOptionError('mean', mean, numbers(channels, 'finite'));
    if (!isEach(std, (x) => x > 0)) throw new InvalidOptionError('std', std, numbers(channels, 'finite, above 0'));
    return {
      rules,
      timed: false,
      state: null,
      described: { scale, offset, mean, std },
      create: (counters) => new Rescale(format, channels, { scale, offset, mean, std }, rules, counters),
    };
  },
};

function numbers(channels: number, kind: string): string {
  return `a number, or a list of one for each of ${channels} channels, ${kind}`;
}
