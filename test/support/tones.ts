/** Interleaved sines, one a channel, each of its level: the amplitude in dB of full scale. */
export function tones({
  levels,
  seconds,
  sampleRate = 48_000,
  hertz = 1000,
}: {
  levels: readonly number[];
  seconds: number;
  sampleRate?: number;
  hertz?: number;
}): Float32Array {
  const channels = levels.length;
  const amplitudes = levels.map((level) => 10 ** (level / 20));
  const samples = new Float32Array(Math.round(seconds * sampleRate) * channels);
  for (let k = 0; k < samples.length; k++)
    samples[k] = amplitudes[k % channels]! * Math.sin((2 * Math.PI * hertz * Math.floor(k / channels)) / sampleRate);
  return samples;
}
