import { InvalidOptionError } from '../../../errors.js';
import { checkOneOf } from '../../check-one-of.js';
import { resolveMemory } from '../../memory.js';
import { ChannelZScore } from '../channel-z-score.js';
import { channelsIn, tensorFormatOf } from '../tensor-format-of.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** `z-score` of a tensor of positions and channels: each channel by its running mean and deviation. */
export const channelMethod: VectorMethodEntry = {
  own: ['shape', 'dtype', 'channels', 'encoding', 'maskValue', 'ddof'],
  common: ['memory', 'order', 'warmup', 'whileWarming', 'missing', 'whenFlat'],
  resolve(field) {
    const format = tensorFormatOf(field);
    const channels = channelsIn(format);
    const memory = resolveMemory(field.memory);
    if (memory.kind === 'window' || memory.kind === 'window-time')
      throw new InvalidOptionError(
        'memory',
        field.memory,
        "'all' or { halfLife: records | duration } for positions and channels: a window would keep every record",
      );
    const rules = vectorRulesOf(field, 1);
    const { ddof = 0, maskValue } = field;
    checkOneOf('ddof', ddof, [0, 1]);
    if (maskValue !== undefined && typeof maskValue !== 'number')
      throw new InvalidOptionError('maskValue', maskValue, 'a number');
    return {
      rules,
      timed: memory.kind === 'half-life-time',
      state: [memory, channels],
      described: { memory, ddof, ...rules, ...(maskValue !== undefined && { maskValue }) },
      create: (counters) => new ChannelZScore(format, { channels, memory, ddof, maskValue }, rules, counters),
    };
  },
};
