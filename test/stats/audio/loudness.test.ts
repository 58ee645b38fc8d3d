import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kWeighting } from '../../../src/stats/audio/k-weighting.js';
import { Loudness } from '../../../src/stats/audio/loudness.js';
import { SignalLevel } from '../../../src/stats/audio/signal-level.js';
import { seededNormals } from '../../support/seeded-normals.js';
import { tones } from '../../support/tones.js';

/** Stereo sines of 1 kHz at 48 kHz: each with its level in dBFS and its seconds. */
function heard(parts: readonly (readonly [dBFS: number, seconds: number])[], sampleRate = 48_000): Loudness {
  const loudness = new Loudness({ sampleRate, channels: 2 });
  for (const [dBFS, seconds] of parts) loudness.updateFrames(tones({ levels: [dBFS, dBFS], seconds, sampleRate }));
  return loudness;
}

describe('K-weighting', () => {
  it('has the coefficients of ITU-R BS.1770-4 at 48 kHz', () => {
    const [shelf, pass] = kWeighting(48_000);
    expect(shelf.b0).toBeCloseTo(1.53512485958697, 12);
    expect(shelf.b1).toBeCloseTo(-2.69169618940638, 12);
    expect(shelf.b2).toBeCloseTo(1.19839281085285, 12);
    expect(shelf.a1).toBeCloseTo(-1.69065929318241, 12);
    expect(shelf.a2).toBeCloseTo(0.73248077421585, 12);
    expect(pass).toMatchObject({ b0: 1, b1: -2, b2: 1 });
    expect(pass.a1).toBeCloseTo(-1.99004745483398, 12);
    expect(pass.a2).toBeCloseTo(0.99007225036621, 12);
  });
});

describe('Loudness', () => {
  // EBU Tech 3341, table 1, within its ±0.1 LU.
  it.each([
    ['case 1', [[-23, 20]], -23],
    ['case 2', [[-33, 20]], -33],
    [
      'case 3, the relative gate',
      [
        [-36, 10],
        [-23, 60],
        [-36, 10],
      ],
      -23,
    ],
    [
      'case 4, both gates',
      [
        [-72, 10],
        [-36, 10],
        [-23, 60],
        [-36, 10],
        [-72, 10],
      ],
      -23,
    ],
    [
      'case 5',
      [
        [-26, 20],
        [-20, 20.1],
        [-26, 20],
      ],
      -23,
    ],
  ] as const)('reads what EBU Tech 3341 says: %s', (_, parts, expected) => {
    // biome-ignore format: a table
    const loudness = heard(parts);
    expect(Math.abs(loudness.integrated - expected)).toBeLessThanOrEqual(0.1);
    if (parts.length > 1) return;
    expect(Math.abs(loudness.momentary - expected)).toBeLessThanOrEqual(0.1);
    expect(Math.abs(loudness.shortTerm - expected)).toBeLessThanOrEqual(0.1);
  });

  it('weighs the channels of surround sound: EBU Tech 3341, case 6', () => {
    const levels = [-28, -28, -24, -30, -30];
    const five = new Loudness({ sampleRate: 48_000, channels: 5, weights: [1, 1, 1, 1.41, 1.41] });
    five.updateFrames(tones({ levels, seconds: 20 }));
    expect(Math.abs(five.integrated + 23)).toBeLessThanOrEqual(0.1);
    const six = new Loudness({ sampleRate: 48_000, channels: 6 });
    six.updateFrames(tones({ levels: [-28, -28, -24, 0, -30, -30], seconds: 20 })); // the fourth, of low effects, is not heard
    expect(six.integrated).toBeCloseTo(five.integrated, 9);
  });

  it.each([8000, 11_025, 22_050, 44_100, 96_000, 192_000])('reads the same at %d Hz', (sampleRate) => {
    expect(Math.abs(heard([[-23, 5]], sampleRate).integrated + 23)).toBeLessThanOrEqual(
      0.3 * (sampleRate < 16_000 ? 1 : 1 / 3),
    );
  });

  it('says nothing of nothing, and −∞ of silence, which is not integrated', () => {
    const loudness = new Loudness({ sampleRate: 48_000 });
    expect([loudness.momentary, loudness.shortTerm, loudness.integrated]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    loudness.updateFrames(new Float64Array(48_000));
    expect([loudness.momentary, loudness.integrated]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  it('takes what is not finite for silence, and counts it', () => {
    const samples = Float64Array.from(seededNormals(3, 20_000), (z) => z / 20);
    const holed = samples.map((x, i) => (i % 1000 === 7 ? [Number.NaN, Number.POSITIVE_INFINITY][i & 1]! : x));
    const silent = samples.map((x, i) => (i % 1000 === 7 ? 0 : x));
    const [a, b] = [holed, silent].map((xs) => {
      const loudness = new Loudness({ sampleRate: 8000 });
      loudness.updateFrames(xs);
      return loudness;
    });
    expect(a!.missing).toBe(20);
    expect(a!.integrated).toBe(b!.integrated);
  });

  it('and SignalLevel have the same state however a signal is cut, and go on from a copy of it', () => {
    const samples = Float32Array.from(seededNormals(5, 12_000), (z) => z / 8);
    fc.assert(
      fc.property(fc.array(fc.nat(6000), { maxLength: 12 }), (cuts) => {
        for (const make of [Loudness, SignalLevel]) {
          const whole = new make({ sampleRate: 8000, channels: 2 });
          whole.updateFrames(samples);
          let cut = new make({ sampleRate: 8000, channels: 2 });
          const ends = [...cuts.toSorted((a, b) => a - b), 6000];
          ends.forEach((end, i) => {
            cut.updateFrames(samples, ends[i - 1] ?? 0, end);
            cut = new make({ sampleRate: 8000, channels: 2 }, cut.state.slice());
          });
          expect(cut.state).toEqual(whole.state);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('filters two channels side by side to the bits that each has alone', () => {
    const sampleRate = 8000;
    const samples = Float64Array.from(seededNormals(8, 15_000), (z, i) => (i % 997 === 5 ? Number.NaN : z / 9));
    const three = new Loudness({ sampleRate, channels: 3 });
    three.updateFrames(samples);
    const missing = [0, 1, 2].map((c) => {
      const alone = new Loudness({ sampleRate });
      alone.updateFrames(samples.filter((_, i) => i % 3 === c));
      expect(three.state.subarray(33 + 5 * c, 38 + 5 * c)).toEqual(alone.state.subarray(33, 38));
      return alone.missing;
    });
    expect(three.missing).toBe(missing.reduce((sum, each) => sum + each, 0));
    expect(three.state.subarray(33, 48).every((x) => x !== 0)).toBe(true);
  });

  it.each([
    [{ sampleRate: 0 }, 'sampleRate'],
    [{ sampleRate: 48_000, channels: 1.5 }, 'channels'],
    [{ sampleRate: 48_000, channels: 2, weights: [1] }, 'weights'],
  ])('refuses %o', (options, option) => {
    expect(() => new Loudness(options)).toThrow(expect.objectContaining({ option }));
  });

  it('refuses half a frame, and hears nothing of it', () => {
    const loudness = new Loudness({ sampleRate: 48_000, channels: 2 });
    expect(() => loudness.updateFrames(new Float64Array(3))).toThrow(expect.objectContaining({ option: 'samples' }));
    expect(loudness.state.every((x) => x === 0)).toBe(true);
  });
});

describe('SignalLevel', () => {
  it('reads −9.03 dBFS for a sine of amplitude .5, and its peak', () => {
    const level = new SignalLevel({ sampleRate: 48_000 });
    level.updateFrames(tones({ levels: [20 * Math.log10(0.5)], seconds: 4 }));
    expect(level.rms).toBeCloseTo(-9.03, 2);
    expect(level.recentRms).toBeCloseTo(-9.03, 2);
    expect(level.peak).toBeCloseTo(-6.02, 2);
    expect(level.recentPeak).toBeCloseTo(-6.02, 2);
  });

  // EBU Tech 3341, cases 15 to 18: sines of a quarter to a sixth of the sample rate, of amplitude .5, or 1.41 where phase hides the peak; +0.2/−0.4 dB.
  it.each([
    [4, 0, 0.5, -6],
    [4, 45, 0.5, -6],
    [6, 60, 0.5, -6],
    [8, 67.5, 0.5, -6],
    [4, 45, 1.41, 3],
  ])('finds the peak between samples: a sine of 1/%d of the rate, phase %d°', (part, degrees, amplitude, expected) => {
    const level = new SignalLevel({ sampleRate: 48_000 });
    const phase = (degrees * Math.PI) / 180;
    const ramp = (i: number) => Math.min(1, i / 480, (9600 - i) / 480); // a sudden beginning has a peak of its own
    level.updateFrames(
      Float64Array.from({ length: 9600 }, (_, i) => ramp(i) * amplitude * Math.sin((2 * Math.PI * i) / part + phase)),
    );
    expect(level.truePeak).toBeLessThanOrEqual(expected + 0.2);
    expect(level.truePeak).toBeGreaterThanOrEqual(expected - 0.4);
  });

  it('says nothing of nothing', () => {
    const level = new SignalLevel({ sampleRate: 48_000 });
    expect([level.rms, level.peak, level.truePeak, level.recentRms, level.recentPeak]).toEqual(
      new Array(5).fill(Number.NaN),
    );
  });
});
