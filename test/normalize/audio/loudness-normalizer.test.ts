import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LoudnessNormalizer } from '../../../src/normalize/audio/loudness-normalizer.js';
import { Loudness } from '../../../src/stats/audio/loudness.js';
import { SignalLevel } from '../../../src/stats/audio/signal-level.js';
import { seededNormals } from '../../support/seeded-normals.js';
import { tones } from '../../support/tones.js';

const stereo = { sampleRate: 48_000, channels: 2 };

describe('LoudnessNormalizer', () => {
  it.each([-40, -30, -14, -6])('brings %d dBFS to −23 LUFS', (dBFS) => {
    const samples = tones({ levels: [dBFS, dBFS], seconds: 25 });
    const out = new LoudnessNormalizer(stereo).process(samples, samples.slice());
    const after = new Loudness(stereo);
    after.updateFrames(out, 48_000 * 20);
    expect(after.shortTerm).toBeCloseTo(-23, 1);
  });

  it.each([
    ['rms', -20, (level: SignalLevel) => level.recentRms],
    ['peak', -6, (level: SignalLevel) => level.recentPeak],
  ] as const)('brings the %s to the target', (measure, target, read) => {
    const samples = tones({ levels: [-12, -12], seconds: 25 });
    const out = new LoudnessNormalizer({ ...stereo, measure, target, ceiling: 0 }).process(samples, samples.slice());
    const after = new SignalLevel(stereo);
    after.updateFrames(out, 48_000 * 20);
    expect(read(after)).toBeCloseTo(target, 1);
  });

  it('falls fast, rises slowly, and stays where it was in silence', () => {
    const normalizer = new LoudnessNormalizer({ ...stereo, measure: 'momentary' });
    const hear = (dBFS: number, seconds: number) => {
      const samples = tones({ levels: [dBFS, dBFS], seconds });
      normalizer.process(samples, samples.slice());
      return normalizer.gain;
    };
    const settled = hear(-23, 10);
    expect(settled).toBeCloseTo(0, 1);
    expect(hear(-13, 1.5)).toBeLessThan(-8.5);
    const loud = hear(-13, 5);
    const rising = hear(-23, 1.5);
    expect(rising - loud).toBeGreaterThan(1);
    expect(rising).toBeLessThan(-4);
    const before = hear(-200, 1);
    expect(hear(-200, 5)).toBe(before);
  });

  it('amplifies by no more than it may', () => {
    const samples = tones({ levels: [-60, -60], seconds: 40 });
    const normalizer = new LoudnessNormalizer({ ...stereo, maxGain: 12 });
    normalizer.process(samples, samples.slice());
    expect(normalizer.gain).toBeCloseTo(12, 2);
  });

  it('keeps every value between samples below the ceiling, whatever comes', () => {
    const noise = seededNormals(4, 96_000);
    const bursts = Float32Array.from(noise, (z, k) => z * (k % 20_000 < 3000 ? 1.5 : 0.05));
    const loud = tones({ levels: [3, 3], seconds: 1, hertz: 11_973 });
    for (const samples of [bursts, loud])
      for (const [ceiling, lookAhead] of [
        [-1, '5ms'],
        [-6, '1ms'],
        [-1, '0.2ms'],
      ] as const) {
        // biome-ignore format: a table
        const out = new LoudnessNormalizer({ ...stereo, target: -5, ceiling, lookAhead }).process(samples, samples.slice());
        const after = new SignalLevel(stereo);
        after.updateFrames(out);
        // A gain that moves puts something between the samples that was not there; with little look-ahead it moves fast.
        expect(after.truePeak).toBeLessThanOrEqual(ceiling + (lookAhead === '0.2ms' ? 0.6 : 0.15));
        expect(after.peak).toBeLessThanOrEqual(ceiling + 1e-6);
      }
  });

  it('is late by its latency, and otherwise to the bit what it was where nothing is to be done', () => {
    const samples = tones({ levels: [-23, -29], seconds: 1 });
    const normalizer = new LoudnessNormalizer({ ...stereo, maxGain: 0, target: 0 });
    const out = normalizer.process(samples, samples.slice());
    const late = 2 * normalizer.latency;
    expect(out.subarray(0, late).every((x) => x === 0)).toBe(true);
    expect(out.subarray(late)).toEqual(samples.subarray(0, samples.length - late));
    expect(Float32Array.from(normalizer.flush())).toEqual(samples.subarray(samples.length - late));
  });

  it('gives the same bits however the signal is cut, and from a copy of its state', () => {
    const samples = Float64Array.from(seededNormals(6, 20_000), (z, k) => z * (k > 9000 ? 0.5 : 0.02));
    const options = { sampleRate: 8000, channels: 2, target: -10 };
    const whole = new LoudnessNormalizer(options);
    const expected = whole.process(samples, samples.slice());
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { maxLength: 12 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), 10_000];
        const out = samples.slice();
        let cut = new LoudnessNormalizer(options);
        ends.forEach((end, i) => {
          const part = out.subarray(2 * (ends[i - 1] ?? 0), 2 * end);
          cut.process(part, part);
          cut = new LoudnessNormalizer(options, cut.state.slice());
        });
        expect(out).toEqual(expected);
        expect(cut.state).toEqual(whole.state);
      }),
      { numRuns: 25 },
    );
  });

  it('takes what is not finite for silence: nothing is poisoned', () => {
    const samples = tones({ levels: [-20, -20], seconds: 2 });
    for (const k of [5, 9600, 9601, 50_000]) samples[k] = Number.NaN;
    samples[70_000] = Number.POSITIVE_INFINITY;
    const normalizer = new LoudnessNormalizer(stereo);
    expect(normalizer.process(samples, samples.slice()).every(Number.isFinite)).toBe(true);
    expect(normalizer.state.every(Number.isFinite)).toBe(true);
    expect(normalizer.loudness.missing).toBe(5);
  });

  it.each([
    [{ measure: 'loud' }, 'measure'],
    [{ target: 3 }, 'target'],
    [{ maxGain: -1 }, 'maxGain'],
    [{ ceiling: 1 }, 'ceiling'],
    [{ lookAhead: '2s' }, 'lookAhead'],
    [{ attack: 'soon' }, 'attack'],
    [{ limiterRelease: 0 }, 'limiterRelease'],
  ])('refuses %o', (options, option) => {
    expect(() => new LoudnessNormalizer({ ...stereo, ...(options as object) })).toThrow(
      expect.objectContaining({ option }),
    );
  });
});
