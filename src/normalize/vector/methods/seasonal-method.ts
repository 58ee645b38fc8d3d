import { InvalidOptionError } from '../../../errors.js';
import { parseDuration } from '../../../parse-duration.js';
import { resolveMemory } from '../../memory.js';
import { SeasonalProfile } from '../seasonal-profile.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

const HOUR = 3_600_000;
const NAMED: Readonly<Record<string, number>> = { day: 24 * HOUR, week: 168 * HOUR };
const MOST_BINS = 100_000;

/** `seasonal`: a number without what is usual at its hour of the day or the week. */
export const seasonalMethod: VectorMethodEntry = {
  own: ['season', 'bins', 'utcOffset'],
  common: ['memory', 'order', 'warmup', 'whileWarming', 'missing'],
  resolve(field) {
    const rules = vectorRulesOf(field, 1);
    const memory = resolveMemory(field.memory);
    if (memory.kind === 'window' || memory.kind === 'window-time')
      throw new InvalidOptionError('memory', field.memory, "'all' or { halfLife: values | duration }");
    const { season = 'day', utcOffset = 0 } = field;
    const period = NAMED[season] ?? parseDuration('season', season);
    const { bins = Math.max(1, Math.round(period / HOUR)) } = field;
    if (!(Number.isSafeInteger(bins) && bins >= 1 && bins <= MOST_BINS))
      throw new InvalidOptionError('bins', bins, `an integer from 1 to ${MOST_BINS}`);
    if (!(Math.abs(utcOffset) <= 18)) throw new InvalidOptionError('utcOffset', utcOffset, 'hours from -18 to 18');
    const options = { period, bins, utcOffset: utcOffset * HOUR, memory };
    return {
      rules,
      timed: true,
      state: options,
      described: { season, bins, utcOffset, memory, ...rules },
      create: (counters) => new SeasonalProfile(options, rules, counters),
    };
  },
};
