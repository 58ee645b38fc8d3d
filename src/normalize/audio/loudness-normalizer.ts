import { IncompatibleStateError, InvalidOptionError } from '../../errors.js';
import { parseDuration } from '../../parse-duration.js';
import { Loudness, type LoudnessOptions } from '../../stats/audio/loudness.js';
import { SignalLevel } from '../../stats/audio/signal-level.js';
import { TruePeakLimiter } from './true-peak-limiter.js';

export type LoudnessMeasure = 'momentary' | 'short-term' | 'integrated' | 'rms' | 'peak';

export interface LoudnessNormalizerOptions extends LoudnessOptions {
  /**
   * What is brought to the target: loudness of 400 ms, of 3 s, or of everything, gated (EBU R 128); or the root mean square or the peak of the last
   * 3 s. @defaultValue `'short-term'`
   */
  measure?: LoudnessMeasure;
  /** In LUFS, or dBFS for `rms` and `peak`. @defaultValue −23, and −1 for `peak` */
  target?: number;
  /** The most that is amplified, in dB. @defaultValue 20 */
  maxGain?: number;
  /** Time constant of a falling gain, in ms or as a duration. @defaultValue `'300ms'` */
  attack?: number | string;
  /** Time constant of a rising gain. @defaultValue `'3s'` */
  release?: number | string;
  /** What no value between samples exceeds, in dBTP. @defaultValue −1 */
  ceiling?: number;
  /** How long before a peak the limiter begins to act: what the output is late by, and a little more. @defaultValue `'5ms'` */
  lookAhead?: number | string;
  /** How long the limiter takes to let go. @defaultValue `'100ms'` */
  limiterRelease?: number | string;
}

const MEASURES: readonly LoudnessMeasure[] = ['momentary', 'short-term', 'integrated', 'rms', 'peak'];
/** Below it there is silence or noise, which no gain is made for: LUFS or dBFS. */
const GATE = -70;
/** Frames over which the gain is multiplied up. */
const STRETCH = 64;
/** State: gain in dB at the start and at the end of this hop. */
const HEADER = 2;

/**
 * Brings a signal to a loudness: a gain that follows what was measured, every 100 ms, fast where it must fall and slowly where it may rise, then a
 * true-peak limiter. The gain of a hop comes of what was heard before it, and changes in a straight line within it (in dB); in silence it stays.
 *
 * Samples are interleaved, in units of full scale; one that is not finite comes out as silence and is counted. Output is `latency` frames late.
 * The state is `stride` doubles at `offset`; all zeros: nothing heard. O(1) a sample.
 */
export class LoudnessNormalizer {
  readonly stride: number;
  readonly loudness: Loudness;
  readonly level: SignalLevel;
  /** Frames that the output is late by. */
  readonly latency: number;
  /** Says what shape of state this has: state of another fingerprint is not read. */
  readonly fingerprint: string;
  state: Float64Array;
  offset = 0;
  readonly #limiter: TruePeakLimiter;
  #factors = new Float64Array(0);
  readonly #options: { measure: LoudnessMeasure; target: number; maxGain: number };
  /** Shares of the way to the gain wanted that are gone in a hop. */
  readonly #attack: number;
  readonly #release: number;

  /** @throws InvalidOptionError */
  constructor(options: LoudnessNormalizerOptions, state?: Float64Array) {
    const { measure = 'short-term', attack = '300ms', release = '3s', ceiling = -1 } = options;
    const {
      target = measure === 'peak' ? -1 : -23,
      maxGain = 20,
      lookAhead = '5ms',
      limiterRelease = '100ms',
    } = options;
    if (!MEASURES.includes(measure)) throw new InvalidOptionError('measure', measure, `one of ${MEASURES.join(', ')}`);
    if (!(target >= GATE && target <= 0)) throw new InvalidOptionError('target', target, `a number from ${GATE} to 0`);
    if (!(maxGain >= 0 && maxGain <= 60))
      throw new InvalidOptionError('maxGain', maxGain, 'a number of dB from 0 to 60');
    if (!(ceiling >= -40 && ceiling <= 0))
      throw new InvalidOptionError('ceiling', ceiling, 'a number of dB from −40 to 0');
    this.loudness = new Loudness(options);
    this.level = new SignalLevel({ ...options, truePeak: false }); // the limiter looks at that of the output
    const { layout } = this.loudness;
    const { sampleRate, channels, hop } = layout;
    const frames = (option: string, duration: number | string): number => {
      const count = Math.round((parseDuration(option, duration) / 1000) * sampleRate);
      if (!(count >= 1 && count <= sampleRate))
        throw new InvalidOptionError(option, duration, 'a duration of one frame to 1s');
      return count;
    };
    this.#attack = shareOf(hop, (parseDuration('attack', attack) / 1000) * sampleRate);
    this.#release = shareOf(hop, (parseDuration('release', release) / 1000) * sampleRate);
    this.#options = { measure, target, maxGain };
    const ahead = frames('lookAhead', lookAhead);
    this.#limiter = new TruePeakLimiter(layout, {
      ceiling: 10 ** (ceiling / 20),
      lookAhead: ahead,
      release: frames('limiterRelease', limiterRelease),
    });
    this.latency = this.#limiter.latency;
    this.stride = HEADER + this.loudness.stride + this.level.stride + this.#limiter.stride;
    this.fingerprint = JSON.stringify(['loudness', sampleRate, channels, ahead]);
    if (state !== undefined && state.length !== this.stride)
      throw new IncompatibleStateError(`state must be ${this.stride} doubles, got ${state.length}`);
    this.state = state ?? new Float64Array(this.stride);
    this.aim(this.state, 0);
  }

  aim(state: Float64Array, offset: number): this {
    this.state = state;
    this.offset = offset;
    const loudness = offset + HEADER;
    this.loudness.aim(state, loudness);
    this.level.aim(state, loudness + this.loudness.stride);
    this.#limiter.aim(state, loudness + this.loudness.stride + this.level.stride);
    return this;
  }

  /** In dB, before the limiter, at the end of what was heard. */
  get gain(): number {
    const { state, offset: at } = this;
    return state[at]! + (state[at + 1]! - state[at]!) * (state[at + HEADER]! / this.loudness.layout.hop);
  }

  /**
   * Takes whole frames of interleaved samples and writes as many, those of `latency` frames ago, which may be to the same array.
   * @throws InvalidOptionError where they are no whole frames; nothing was heard then
   */
  process<A extends Float32Array | Float64Array>(samples: ArrayLike<number>, out: A): A {
    const { layout } = this.loudness;
    const { hop } = layout;
    const frames = layout.framesIn(samples);
    if (out.length !== samples.length)
      throw new InvalidOptionError('out', `${out.length} samples`, `as many as there are, ${samples.length}`);
    const { state, offset: at } = this;
    for (let start = 0; start < frames; ) {
      const done = state[at + HEADER]!;
      const end = Math.min(frames, start + hop - done);
      this.level.updateFrames(samples, start, end);
      this.loudness.updateFrames(samples, start, end);
      this.#limiter.process(samples, out, start, end, this.#factorsOf(done, end - start));
      if (end - start + done === hop) this.#follow();
      start = end;
    }
    return out;
  }

  /** The last `latency` frames, which are still to come when the signal is over. Changes the state as silence would. */
  flush(): Float64Array {
    const silence = new Float64Array(this.latency * this.loudness.layout.channels);
    this.#limiter.process(silence, silence, 0, this.latency, new Float64Array(this.latency));
    return silence;
  }

  /** What the frames are multiplied by, of which so many of this hop are done: in a straight line of dB, a constant factor from frame to frame. */
  #factorsOf(done: number, frames: number): Float64Array {
    const { state, offset: at } = this;
    if (this.#factors.length < frames) this.#factors = new Float64Array(frames);
    const factors = this.#factors;
    const from = state[at]!;
    const slope = (state[at + 1]! - from) / this.loudness.layout.hop;
    const step = 10 ** (slope / 20);
    // Begun anew every so often, and the same bits however the hop is cut.
    const factorAt = (frame: number) => 10 ** ((from + slope * frame) / 20);
    for (let frame = done - (done % STRETCH); frame < done + frames; frame += STRETCH) {
      let factor = factorAt(frame);
      const end = Math.min(frame + STRETCH, done + frames) - done;
      for (let i = frame - done; i < end; i++) {
        if (i >= 0) factors[i] = factor;
        factor *= step;
      }
    }
    return factors;
  }

  /** A hop is over: where the gain goes in the next one. */
  #follow(): void {
    const { state, offset: at } = this;
    const { target, maxGain } = this.#options;
    const measured = this.#measured();
    const gain = state[at + 1]!;
    state[at] = gain;
    if (!(measured > GATE)) return; // nothing yet, or silence
    const wanted = Math.min(maxGain, target - measured);
    state[at + 1] = gain + (wanted - gain) * (wanted < gain ? this.#attack : this.#release);
  }

  #measured(): number {
    const { loudness, level } = this;
    // What is silent now keeps its gain, whatever was heard before.
    if (loudness.momentary <= GATE) return Number.NaN;
    switch (this.#options.measure) {
      case 'momentary':
        return loudness.momentary;
      case 'short-term':
        return loudness.shortTerm;
      case 'integrated':
        return loudness.integrated;
      case 'rms':
        return level.recentRms;
      case 'peak':
        return level.recentPeak;
    }
  }
}

function shareOf(hop: number, timeConstant: number): number {
  return -Math.expm1(-hop / timeConstant);
}
