import { InvalidOptionError } from '../../errors.js';

/** What the samples of a signal are: interleaved, frame by frame, in units of full scale. */
export interface AudioFormat {
  /** Frames per second. */
  sampleRate: number;
  /** @defaultValue 1 */
  channels?: number;
}

/** Hops per second: what loudness is measured by. */
const HOPS = 10;

/** Checked and complete. */
export class AudioLayout {
  readonly sampleRate: number;
  readonly channels: number;
  /** Frames of 100 ms, to the nearest. */
  readonly hop: number;

  /** @throws InvalidOptionError */
  constructor({ sampleRate, channels = 1 }: AudioFormat) {
    if (!(sampleRate >= 8000 && sampleRate <= 768_000))
      throw new InvalidOptionError('sampleRate', sampleRate, 'a number of Hz from 8000 to 768000');
    if (!(Number.isSafeInteger(channels) && channels >= 1 && channels <= 32))
      throw new InvalidOptionError('channels', channels, 'an integer from 1 to 32');
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.hop = Math.round(sampleRate / HOPS);
  }

  /** Frames in so many samples. @throws InvalidOptionError where they are not whole frames */
  framesIn({ length }: ArrayLike<number>): number {
    if (length % this.channels !== 0)
      throw new InvalidOptionError('samples', `${length} samples`, `whole frames of ${this.channels} samples`);
    return length / this.channels;
  }
}
