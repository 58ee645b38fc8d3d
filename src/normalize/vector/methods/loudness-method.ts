import { InvalidOptionError } from '../../../errors.js';
import { LoudnessNormalizer, type LoudnessNormalizerOptions } from '../../audio/loudness-normalizer.js';
import { LoudnessField } from '../loudness-field.js';
import { channelsIn, tensorFormatOf } from '../tensor-format-of.js';
import type { VectorMethodEntry } from '../vector-method-entry.js';
import { vectorRulesOf } from '../vector-rules-of.js';

/** `loudness`: windows of a signal, of frames and channels or of one channel. */
export const loudnessMethod: VectorMethodEntry = {
  own: [
    'shape', 'dtype', 'encoding', 'sampleRate', 'measure', 'target', 'maxGain', 'attack', 'release', 'ceiling', 'lookAhead', 'limiterRelease',
  ], // biome-ignore format: one line reads better
  common: ['missing'],
  resolve(field) {
    const { sampleRate, measure, target, maxGain, attack, release, ceiling, lookAhead, limiterRelease, missing } =
      field;
    const format = tensorFormatOf(field);
    if (format.shape.length > 2)
      throw new InvalidOptionError('shape', format.shape, 'frames, or frames and channels: [null], [4800, 2]');
    const channels = format.shape.length === 1 ? 1 : channelsIn(format);
    if (sampleRate === undefined) throw new InvalidOptionError('sampleRate', sampleRate, 'given, in Hz');
    if (missing === 'impute')
      throw new InvalidOptionError('missing', missing, "'skip', where a sample is silence, or 'error'");
    const given = { measure, target, maxGain, attack, release, ceiling, lookAhead, limiterRelease };
    const options: LoudnessNormalizerOptions = {
      sampleRate,
      channels,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    };
    const { fingerprint, latency } = new LoudnessNormalizer(options);
    const rules = vectorRulesOf(field, 0);
    return {
      rules,
      timed: false,
      state: fingerprint,
      described: { ...options, latency, missing: rules.missing },
      create: (counters) => new LoudnessField(format, options, rules, counters),
    };
  },
};
