import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TruePeakLimiter } from '../../../src/normalize/audio/true-peak-limiter.js';
import { PEAK_DELAY, PHASES } from '../../../src/stats/audio/true-peak-filter.js';
import { seededNormals } from '../../support/seeded-normals.js';

const CEILING = 0.9;
const LOOK_AHEAD = 12;
const RELEASE = 300;

/** What the limiter is to do, every value between samples computed, every average and every maximum anew. */
function plain(frames: readonly (readonly number[])[]): number[][] {
  const kept = 1 - 1 / RELEASE;
  const window = LOOK_AHEAD + 1;
  const sought = window + 2;
  const latency = window + PEAK_DELAY;
  const at = (i: number, c: number) => frames[i]?.[c] ?? 0;
  const reductions: number[] = [];
  const largest: number[] = [];
  return frames.map((frame, i) => {
    let peak = 0;
    frame.forEach((_, c) => {
      for (const taps of PHASES)
        peak = Math.max(peak, Math.abs(taps.reduce((sum, tap, age) => sum + tap * at(i - age, c), 0)));
      peak = Math.max(peak, Math.abs(at(i - PEAK_DELAY, c)));
    });
    reductions.push(Math.max(peak > CEILING ? 1 - CEILING / peak : 0, (reductions[i - 1] ?? 0) * kept));
    largest.push(Math.max(...reductions.slice(Math.max(0, i - sought + 1))));
    const gain = 1 - largest.slice(Math.max(0, i - window + 1)).reduce((sum, each) => sum + each, 0) / window;
    return frame.map((_, c) => at(i - latency, c) * gain);
  });
}

const noise = seededNormals(9, 4000);
/** Quiet, loud in bursts, silent, a tone whose samples miss its peaks, steps. */
const kinds: readonly ((i: number, size: number) => number)[] = [
  (i, size) => 0.2 * size * noise[i % noise.length]!,
  (i, size) => size * noise[(7 * i) % noise.length]!,
  () => 0,
  (i, size) => size * Math.sin((Math.PI / 2) * i + Math.PI / 4),
  (i, size) => (i & 16 ? size : -size),
];
const part = fc.record({
  kind: fc.nat(kinds.length - 1),
  size: fc.double({ min: 0.1, max: 3, noNaN: true }),
  length: fc.integer({ min: 1, max: 120 }),
});

it('does what the plain form does, however the signal is cut', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 2 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
      (parts, channels, cuts) => {
        const frames: number[][] = [];
        for (const { kind, size, length } of parts)
          for (let k = 0; k < length; k++) {
            const i = frames.length;
            frames.push(Array.from({ length: channels }, (_, c) => kinds[kind]!(i + 31 * c, size)));
          }
        const limiter = new TruePeakLimiter(
          { channels },
          { ceiling: CEILING, lookAhead: LOOK_AHEAD, release: RELEASE },
        );
        const samples = Float64Array.from(frames.flat());
        const ones = new Float64Array(frames.length).fill(1);
        for (let start = 0, n = 0; start < frames.length; n++) {
          const end = Math.min(frames.length, start + cuts[n % cuts.length]!);
          limiter.process(samples, samples, start, end, ones);
          start = end;
        }
        const expected = plain(frames).flat();
        samples.forEach((x, k) => {
          expect(Math.abs(x - expected[k]!)).toBeLessThanOrEqual(1e-8);
        });
      },
    ),
    { numRuns: 60 },
  );
});

it('multiplies each frame by its factor, and takes what is not finite then for silence', () => {
  const limiter = new TruePeakLimiter({ channels: 2 }, { ceiling: CEILING, lookAhead: 1, release: 10 });
  const samples = Float32Array.of(0.5, Number.NaN, 0.25, -0.25, Number.POSITIVE_INFINITY, 0.125);
  const frames = 3 + limiter.latency;
  const out = new Float32Array(2 * frames);
  out.set(samples);
  limiter.process(
    out,
    out,
    0,
    frames,
    Float64Array.from({ length: frames }, (_, i) => [1, 2, 0.5][i] ?? 1),
  );
  expect([...out.subarray(2 * limiter.latency)]).toEqual([0.5, 0, 0.5, -0.5, 0, 0.0625]);
});
