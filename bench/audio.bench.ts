// Loudness and its normalization of stereo sound at 48 kHz, in multiples of real time on one core.
import { LoudnessNormalizer } from '../src/normalize/audio/loudness-normalizer.js';
import { BandLevels } from '../src/stats/audio/band-levels.js';
import { Loudness } from '../src/stats/audio/loudness.js';
import { SignalLevel } from '../src/stats/audio/signal-level.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const smoke = process.env.BENCH_SMOKE === '1';
const seconds = smoke ? 1 : 20;
const format = { sampleRate: 48_000, channels: 2 };
const noise = seededGaussian({ seed: 42, length: 96_000 });
const samples = Float32Array.from({ length: 96_000 * seconds }, (_, k) => 0.1 * noise[k % noise.length]!);
const out = samples.slice();

const works: Record<string, () => void> = {
  'Loudness: momentary, short-term, integrated': () => new Loudness(format).updateFrames(samples),
  'BandLevels: eight octaves': () => new BandLevels(format).updateFrames(samples),
  'SignalLevel: RMS, peak, true peak': () => new SignalLevel(format).updateFrames(samples),
  'LoudnessNormalizer to −23 LUFS': () => {
    new LoudnessNormalizer(format).process(samples, out);
  },
  'LoudnessNormalizer to −5 LUFS, limiting all the time': () => {
    new LoudnessNormalizer({ ...format, target: -5 }).process(samples, out);
  },
};
const rows: Record<string, { '× real time': string }> = {};
for (const [name, work] of Object.entries(works)) {
  work();
  const times: number[] = [];
  for (let round = 0; round < (smoke ? 1 : 5); round++) {
    const { user } = process.cpuUsage();
    work();
    times.push(process.cpuUsage().user - user);
  }
  times.sort((a, b) => a - b);
  rows[name] = { '× real time': ((seconds * 1e6) / times[times.length >> 1]!).toFixed(0) };
}
console.log(`${seconds} s of stereo noise, processor time of one core (bar 100 × for loudness, goal 500 ×)`);
console.table(rows);
