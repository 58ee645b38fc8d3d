import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BandLevels } from '../../../src/stats/audio/band-levels.js';
import { FourierTransform } from '../../../src/stats/fourier-transform.js';
import { seededNormals } from '../../support/seeded-normals.js';
import { tones } from '../../support/tones.js';

describe('FourierTransform', () => {
  it.each([1, 2, 4, 8, 16, 32, 128, 256])('is the sum that defines it, of %d numbers', (n) => {
    const re = seededNormals(1, n);
    const im = seededNormals(2, n);
    const [real, imaginary] = [Float64Array.from(re), Float64Array.from(im)];
    new FourierTransform(n).transform(real, imaginary);
    for (let k = 0; k < n; k++) {
      let [a, b] = [0, 0];
      for (let t = 0; t < n; t++) {
        const angle = (-2 * Math.PI * k * t) / n;
        a += re[t]! * Math.cos(angle) - im[t]! * Math.sin(angle);
        b += re[t]! * Math.sin(angle) + im[t]! * Math.cos(angle);
      }
      expect(real[k]).toBeCloseTo(a, 10);
      expect(imaginary[k]).toBeCloseTo(b, 10);
    }
  });
});

describe('BandLevels', () => {
  const edges = [100, 500, 2000, 8000];

  it('finds a sine in its band at the level that its mean square has', () => {
    for (const [hertz, band] of [
      [250, 0],
      [1000, 1],
      [5000, 2],
    ] as const) {
      // biome-ignore format: a table
      const bands = new BandLevels({ sampleRate: 48_000, channels: 2, edges });
      bands.updateFrames(tones({ levels: [0, 0], seconds: 0.5, hertz }));
      bands.levels.forEach((level, b) => {
        if (b === band) expect(level).toBeCloseTo(-3.01, 1);
        else expect(level).toBeLessThan(-40);
      });
    }
  });

  it('has all of the power of noise in its bands together', () => {
    const samples = Float64Array.from(seededNormals(3, 200_000), (z) => 0.1 * z);
    const bands = new BandLevels({ sampleRate: 16_000, edges: [0, 1000, 4000, 8000], length: 512 });
    let power = 0;
    bands.updateFrames(samples, 0, samples.length, ({ levels }) => {
      power += levels.reduce((sum, level) => sum + 10 ** (level / 10), 0);
    });
    expect(power / bands.count / 0.01).toBeCloseTo(1, 1);
    expect(bands.count).toBe(Math.floor(samples.length / 256) - 1);
    expect(bands.mean(1) - bands.mean(0)).toBeCloseTo(10 * Math.log10(3), 0);
  });

  it('has of several channels the mean of what each has alone', () => {
    const options = { sampleRate: 16_000, edges: [0, 700, 3000, 8000], length: 256 };
    const frames = 256;
    const samples = Float64Array.from(seededNormals(12, 3 * frames), (z, i) => z * 10 ** -(i % 3));
    const all = new BandLevels({ ...options, channels: 3 });
    all.updateFrames(samples);
    const powers = [0, 1, 2].map((c) => {
      const alone = new BandLevels(options);
      alone.updateFrames(samples.filter((_, i) => i % 3 === c));
      return alone.levels.map((level) => 10 ** (level / 10));
    });
    all.levels.forEach((level, band) => {
      const mean = powers.reduce((sum, each) => sum + each[band]!, 0) / 3;
      expect(10 ** (level / 10) / mean).toBeCloseTo(1, 12);
    });
  });

  it('scores a band that sounds otherwise, and no other', () => {
    const noise = Float64Array.from(seededNormals(4, 80_000), (z) => 0.01 * z);
    const whistle = noise.map((x, i) => x + (i > 70_000 ? 0.05 * Math.sin((2 * Math.PI * 1000 * i) / 16_000) : 0));
    const bands = new BandLevels({ sampleRate: 16_000, edges: [100, 500, 2000, 8000], length: 512, halfLife: 200 });
    bands.updateFrames(whistle, 0, 71_000);
    expect(bands.scores[1]).toBeGreaterThan(8);
    expect(Math.abs(bands.scores[0]!)).toBeLessThan(4.5);
    expect(Math.abs(bands.scores[2]!)).toBeLessThan(4.5);
  });

  it('has the same state however the signal is cut, goes on from a copy of it, and takes what is not finite for silence', () => {
    const samples = Float32Array.from(seededNormals(5, 4000), (z, i) => (i === 99 ? Number.NaN : z / 8));
    const options = { sampleRate: 8000, channels: 2, length: 64, edges: [200, 1000, 4000] };
    const whole = new BandLevels(options);
    whole.updateFrames(samples);
    expect(whole.state.every(Number.isFinite)).toBe(true);
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 9 }), (cuts) => {
        let cut = new BandLevels(options);
        const ends = [...cuts.toSorted((a, b) => a - b), 2000];
        ends.forEach((end, i) => {
          cut.updateFrames(samples, ends[i - 1] ?? 0, end);
          cut = new BandLevels(options, cut.state.slice());
        });
        expect(cut.state).toEqual(whole.state);
      }),
      { numRuns: 30 },
    );
  });

  it('says nothing of nothing, and bears silence', () => {
    const bands = new BandLevels({ sampleRate: 48_000 });
    expect(bands.bands).toBe(8);
    expect([bands.mean(0), bands.deviation(0), bands.levels[0], bands.scores[0]]).toEqual(
      new Array(4).fill(Number.NaN),
    );
    bands.updateFrames(new Float64Array(48_000));
    expect([bands.levels[3], bands.scores[3], bands.deviation(3)]).toEqual([-150, 0, 0]);
  });

  it.each([
    [{ length: 100 }, 'length'],
    [{ edges: [100] }, 'edges'],
    [{ edges: [500, 100] }, 'edges'],
    [{ edges: [100, 30_000] }, 'edges'],
    [{ edges: [100, 101] }, 'edges'],
    [{ halfLife: 0 }, 'halfLife'],
  ])('refuses %o', (options, option) => {
    expect(() => new BandLevels({ sampleRate: 48_000, ...options })).toThrow(expect.objectContaining({ option }));
  });
});
