import { LoudnessNormalizer, type LoudnessNormalizerOptions } from '../audio/loudness-normalizer.js';
import { describeValue } from './describe-value.js';
import type { TensorFormat } from './tensor-reader.js';
import { TensorScorer } from './tensor-scorer.js';
import { isInteger, TENSOR_TYPES } from './tensor-types.js';
import type { VectorCounters } from './vector-counters.js';
import type { VectorRules } from './vector-rules.js';

/**
 * A signal that comes window by window, brought to a loudness as `loudnessNormalize` does: each series is a signal, its records follow one another,
 * and what comes out is `latency` frames late. Integers are samples of full scale 2^(bits − 1), unsigned ones about the middle; outputs are in units of
 * full scale. `count` is the records heard; there is no center, and no scale, since a limiter has no inverse.
 */
export class LoudnessField extends TensorScorer {
  readonly #normalizer: LoudnessNormalizer;
  readonly #sampleRate: number;
  readonly #full: number;
  readonly #middle: number;
  #samples = new Float64Array(0);

  constructor(format: TensorFormat, options: LoudnessNormalizerOptions, rules: VectorRules, counters: VectorCounters) {
    const normalizer = new LoudnessNormalizer(options);
    super(format, normalizer.stride + 1, rules, counters);
    this.#normalizer = normalizer;
    this.#sampleRate = options.sampleRate;
    const { type } = format;
    this.#full = isInteger(type) ? 2 ** (8 * TENSOR_TYPES[type].BYTES_PER_ELEMENT - 1) : 1;
    this.#middle = type.startsWith('uint') ? this.#full : 0;
  }

  override aim(state: Float64Array, offset: number): void {
    super.aim(state, offset);
    this.#normalizer.aim(state, offset + 1);
  }

  override read(value: unknown): string | undefined {
    if (typeof value === 'object' && value !== null && 'sampleRate' in value && value.sampleRate !== this.#sampleRate)
      return `expected sampleRate ${this.#sampleRate}, got ${describeValue(value.sampleRate)}`;
    return super.read(value);
  }

  protected override lookUp(): void {
    this.count = this.state[this.offset]!;
  }

  protected work(out: Float32Array | Float64Array): void {
    const { values, length } = this.reader;
    if (this.#samples.length !== length) this.#samples = new Float64Array(length);
    for (let i = 0; i < length; i++) this.#samples[i] = (values[i]! - this.#middle) / this.#full;
    this.counters.missing -= this.#normalizer.loudness.missing;
    this.#normalizer.process(this.#samples, out);
    this.counters.missing += this.#normalizer.loudness.missing;
    this.count = this.state[this.offset]!;
    this.state[this.offset]! += 1;
  }
}
