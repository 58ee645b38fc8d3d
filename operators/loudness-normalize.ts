import { concat, defer, from, map, type OperatorFunction } from 'rxjs';
import { InvalidOptionError } from '../src/errors.js';
import { LoudnessNormalizer, type LoudnessNormalizerOptions } from '../src/normalize/audio/loudness-normalizer.js';
import { SeriesTable } from '../src/series/series-table.js';

/** Some frames of a signal: interleaved samples in units of full scale. */
export interface AudioChunk {
  samples: Float32Array | Float64Array;
  /** Frames per second, where the source says it: must be that of the options. */
  sampleRate?: number;
  /** Which signal it is of, where there are several. */
  key?: string;
}

export interface LoudnessNormalizeOptions extends LoudnessNormalizerOptions {
  /** A series table of the caller's, to save, restore or share. @defaultValue each subscription owns its own */
  table?: SeriesTable;
  /** The name of the table's column. @defaultValue `'loudness'` */
  field?: string;
}

/** A chunk as loud as it should be, and how loud the signal was when it had been heard. */
export interface LoudnessNormalized {
  key: string;
  /** As many as came in, `latency` frames late; in the last chunk of a signal, those that were still to come. */
  samples: Float32Array | Float64Array;
  /** Frames that the output is late by. */
  latency: number;
  /** In dB, before the limiter. */
  gain: number;
  /** Of the input, in LUFS: NaN while there is not enough, −Infinity in silence. */
  momentary: number;
  shortTerm: number;
  integrated: number;
  /** Of the input so far, in dBFS. */
  rms: number;
  peak: number;
}

/**
 * Brings signals to a loudness (EBU R 128), a root mean square or a peak, and keeps them below a true-peak ceiling.
 *
 *     source                              --A------B------C|
 *     loudnessNormalize({ sampleRate })   --a------b------(ct|)     t: the tail of each signal, `latency` frames
 *
 * A chunk is interleaved samples of any length, in whole frames; how a signal is cut into chunks changes nothing. The gain follows what was heard
 * before, every 100 ms; a sample that is not finite is silence. Each key is a signal of its own. O(samples).
 *
 * @throws InvalidOptionError when called with a faulty option; errors the stream, with nothing learnt of it, for a chunk of another sample rate or that
 * is no whole frames
 */
export function loudnessNormalize(
  options: LoudnessNormalizeOptions,
): OperatorFunction<AudioChunk | Float32Array | Float64Array, LoudnessNormalized> {
  const { table: given, field = 'loudness', ...rest } = options;
  const { sampleRate } = new LoudnessNormalizer(rest).loudness.layout;
  if (given !== undefined && !(given instanceof SeriesTable))
    throw new InvalidOptionError('table', given, 'a SeriesTable');
  return (source) =>
    defer(() => {
      const table = given ?? new SeriesTable();
      const normalizer = new LoudnessNormalizer(rest);
      const column = table.column(field, normalizer.fingerprint, normalizer.stride, false);
      const heard = new Set<string>();
      const describe = (key: string, samples: Float32Array | Float64Array): LoudnessNormalized => {
        const { gain, latency, loudness, level } = normalizer;
        const { momentary, shortTerm, integrated } = loudness;
        return {
          key,
          samples,
          latency,
          gain,
          momentary,
          shortTerm,
          integrated,
          rms: level.rms,
          peak: level.peak,
        };
      };
      const pass = (given: AudioChunk | Float32Array | Float64Array): LoudnessNormalized => {
        const chunk: AudioChunk = ArrayBuffer.isView(given) ? { samples: given } : given;
        const { samples, key = '' } = chunk;
        if (chunk.sampleRate !== undefined && chunk.sampleRate !== sampleRate)
          throw new InvalidOptionError('sampleRate', chunk.sampleRate, `that of the options, ${sampleRate} Hz`);
        normalizer.loudness.layout.framesIn(samples); // before there is a series
        column.aim(normalizer, table.slotOf(key));
        heard.add(key);
        return describe(key, normalizer.process(samples, samples.slice()));
      };
      const tail = (key: string): LoudnessNormalized => {
        column.aim(normalizer, table.slotOf(key));
        // A table of the caller's goes on with the next subscription as if there had been no end.
        const { state, offset, stride } = normalizer;
        const before = state.slice(offset, offset + stride);
        const samples = normalizer.flush();
        state.set(before, offset);
        return describe(key, samples);
      };
      return concat(
        source.pipe(map(pass)),
        defer(() => from(heard).pipe(map(tail))),
      );
    });
}
