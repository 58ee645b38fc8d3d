import { describe, expect, it } from 'vitest';
import { AdaptiveNormalizer } from '../../src/normalize/adaptive-normalizer.js';
import { seededNormals, seededUniform } from '../support/seeded-normals.js';
import { drive, eventfulSeries, goldenSeries, selfTuningLaws } from './self-tuning-laws.js';

/** Every renormalization of a series. */
function renormalizations(xs: Float64Array, normalizer = new AdaptiveNormalizer()) {
  normalizer.aim(new Float64Array(normalizer.stride), 0);
  const found: {
    t: number;
    event: number;
    drift: number;
    cause: string;
    delay: number;
    from: number[];
    to: number[];
  }[] = [];
  for (let t = 0; t < xs.length; t++) {
    normalizer.learn(xs[t]!, Number.NaN);
    const { event, drift, cause, delay, oldCenter, oldScale, newCenter, newScale } = normalizer.renormalization;
    if (cause === 'none') continue;
    found.push({ t, event, drift, cause, delay, from: [oldCenter, oldScale], to: [newCenter, newScale] });
    normalizer.refresh();
    expect([normalizer.center, normalizer.scale]).toEqual([newCenter, newScale]);
  }
  return found;
}

const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const deviation = (xs: readonly number[]): number => Math.sqrt(mean(xs.map((x) => x * x)) - mean(xs) ** 2);

describe('AdaptiveNormalizer', () => {
  selfTuningLaws(() => new AdaptiveNormalizer());

  it('scores the reference series to the last digit', () => {
    const z = drive(new AdaptiveNormalizer(), goldenSeries).map((step) => step.z);
    expect([1, 2, 5, 10, 39, 40, 41, 45, 46, 47, 59].map((t) => z[t])).toEqual([
      1.1774100225154747, 2.1213203435596424, -1.2150988062312515, -1.2183004736801772, 1.1816319258374208,
      5.8112395883395696, 6.057733274206915, 2.569522773151679, 3.004116703579785, 1.8719074391579735,
      1.3488678479933998,
    ]);
  });
  it('takes 56 doubles a series', () => {
    expect(new AdaptiveNormalizer().stride).toBe(56);
  });
  it('is calibrated on normal noise and leaves it in one regime', () => {
    const xs = seededNormals(21, 300_000);
    const normalizer = new AdaptiveNormalizer();
    normalizer.aim(new Float64Array(normalizer.stride), 0);
    let squares = 0;
    let beyond3 = 0;
    for (let t = 0; t < xs.length; t++) {
      normalizer.refresh();
      const z = t > 0 ? normalizer.normalize(xs[t]!) : 0;
      if (t >= 1000) {
        squares += z * z;
        if (Math.abs(z) > 3) beyond3++;
      }
      normalizer.learn(xs[t]!, Number.NaN);
    }
    expect(Math.sqrt(squares / 299_000)).toBeCloseTo(1.001, 2);
    expect(beyond3 / 299_000).toBeGreaterThan(0.0023);
    expect(beyond3 / 299_000).toBeLessThan(0.0032);
    expect(normalizer.epoch).toBeLessThanOrEqual(1);
  });
  it('keeps what happens inside a regime: noise, autocorrelation and a daily cycle', () => {
    let x = 0;
    const noise = seededNormals(22, 12_000);
    const correlated = noise.map((g) => (x = 0.9 * x + g));
    const cycle = noise.map((g, t) => 2 * Math.SQRT2 * Math.sin((2 * Math.PI * t) / 288) + g);
    for (const series of [correlated, cycle]) {
      const z = drive(new AdaptiveNormalizer(), series).slice(4000);
      const scale = deviation([...series]);
      expect(mean(z.map((step, i) => Math.abs(step.z - series[4000 + i]! / scale)))).toBeLessThan(0.25);
    }
  });
  it('opens an epoch soon after the level shifts, and starts it where the series now is', () => {
    const xs = seededNormals(23, 1500).map((g, t) => (t < 1000 ? g : 10 + g));
    const level = renormalizations(xs).filter(({ event }) => event !== 0);
    expect(level).toHaveLength(1);
    const { t, event, cause, delay, from, to } = level[0]!;
    expect([event, cause, t - delay + 1]).toEqual([1, 'level', 1000]);
    expect(t).toBeLessThan(1010);
    expect(Math.abs(from[0]!)).toBeLessThan(0.3);
    expect(Math.abs(to[0]! - 10)).toBeLessThan(1.5);
    const after = drive(new AdaptiveNormalizer(), xs).slice(1030);
    expect(Math.abs(mean(after.map(({ z }) => z)))).toBeLessThan(0.3);
  });
  it('opens an epoch when the scale grows or shrinks', () => {
    for (const [factor, event] of [
      [3, 2],
      [1 / 3, -2],
    ] as const) {
      const xs = seededNormals(24, 2500).map((g, t) => (t < 1000 ? g : factor * g));
      const found = renormalizations(xs).filter((change) => change.event === event);
      expect(found.length).toBeGreaterThan(0);
      expect(found[0]!.cause).toBe('scale');
      expect(found[0]!.t).toBeGreaterThanOrEqual(1000);
      expect(found[0]!.t).toBeLessThan(1100);
      expect(found[0]!.to[1]! / found[0]!.from[1]! > 1).toBe(event === 2);
      const z = drive(new AdaptiveNormalizer(), xs).slice(1500);
      expect(deviation(z.map((step) => step.z))).toBeCloseTo(1, 0);
    }
  });
  it('follows a ramp within the epoch, and stops where it stops', () => {
    for (const slope of [0.01, -0.02]) {
      const xs = seededNormals(25, 3000).map((g, t) => g + slope * Math.min(t, 2000));
      const found = renormalizations(xs);
      expect(found.some(({ drift }) => drift === Math.sign(slope))).toBe(true);
      for (const { cause, delay, from, to } of found.filter(({ drift }) => drift === Math.sign(slope))) {
        expect(cause).toBe('drift');
        expect(delay).toBeNaN();
        expect(Math.sign(to[0]! - from[0]!)).toBe(Math.sign(slope));
      }
      const errors = drive(new AdaptiveNormalizer(), xs).map(({ center }, t) => center - slope * Math.min(t, 2000));
      const size = (start: number, end: number) => mean(errors.slice(start, end).map(Math.abs));
      expect(size(600, 2000)).toBeLessThan(0.25);
      expect(size(2200, 3000)).toBeLessThan(0.25);
    }
  });
  it('opens about one epoch for each wrap of a counter, noisy or not, up or down, and sees what happens to it afterwards', () => {
    for (const period of [500, 1400, 3000])
      for (const [slope, noise] of [
        [1, 0],
        [-1, 0],
        [1, 3],
        [-250, 250],
      ] as const) {
        const wraps = 6;
        const end = wraps * period;
        const jump = end + period / 2;
        const xs = seededNormals(period, jump + 100).map(
          (g, t) => slope * ((t < end ? t % period : t - end + period) + (t < jump ? 0 : 100)) + noise * g,
        );
        const steps = drive(new AdaptiveNormalizer(), xs);
        const epochs = (from: number, to: number) => steps.slice(from, to).filter(({ event }) => event !== 0).length;
        expect(epochs(0, end)).toBeLessThanOrEqual(wraps + 1);
        expect(epochs(0, end)).toBeGreaterThanOrEqual(wraps - 1);
        expect(epochs(end, jump)).toBeLessThanOrEqual(1);
        expect(epochs(jump, jump + 20)).toBe(1);
        const z = steps.slice(300, period - 1).map((step) => step.z);
        if (noise > 0) expect(Math.abs(deviation(z) - 1)).toBeLessThan(0.35);
        else expect(Math.max(...z.map(Math.abs))).toBeLessThan(1);
      }
  });
  it('finds a level again that correlation hides, soon after it has jumped', () => {
    let late = 0;
    for (let seed = 60; seed < 80; seed++) {
      let level = 0;
      const xs = seededNormals(seed, 2600).map((g, t) => {
        level = 0.95 * level + Math.sqrt(1 - 0.95 ** 2) * g;
        return level + (t < 2000 ? 0 : 6);
      });
      const epoch = renormalizations(xs).find(({ t, event }) => t >= 2000 && event === 1);
      if (!(epoch !== undefined && epoch.t < 2012)) late++;
    }
    expect(late).toBeLessThanOrEqual(3);
  });
  it('does not take the shocks of heavy-tailed noise for jumps of the level', () => {
    let epochs = 0;
    for (let seed = 0; seed < 8; seed++) {
      const [normals, squares] = [seededNormals(seed, 8000), [1, 2, 3].map((i) => seededNormals(100 * i + seed, 8000))];
      let level = 0;
      const normalizer = new AdaptiveNormalizer();
      drive(
        normalizer,
        normals.map((g, t) => {
          const shock = g / Math.sqrt(squares.reduce((sum, of) => sum + of[t]! ** 2, 0) / 3);
          level = 0.9 * level + shock;
          return level;
        }),
      );
      epochs += normalizer.epoch;
    }
    expect(epochs / 64).toBeLessThan(0.8);
  });
  it('shows a spike at full size and learns next to nothing of it, and opens no epoch for a burst', () => {
    const calm = seededNormals(26, 2000);
    for (const length of [1, 5, 6]) {
      const spiked = calm.map((g, t) => (t >= 1000 && t < 1000 + length ? g + 30 : g));
      const plain = drive(new AdaptiveNormalizer(), calm);
      const steps = drive(new AdaptiveNormalizer(), spiked);
      expect(steps[1000]!.z).toBeGreaterThan(25);
      expect(steps.every(({ event }) => event === 0)).toBe(true);
      // A burst may recenter the regime softly for a while; the cumulative center then takes over again.
      const error = length === 1 ? 0.15 : 1.2;
      for (let t = 1000 + length; t < 2000; t++) expect(Math.abs(steps[t]!.z - plain[t]!.z)).toBeLessThan(error);
      for (let t = 1500; t < 2000; t++) expect(Math.abs(steps[t]!.z - plain[t]!.z)).toBeLessThan(0.25);
    }
  });
  it('goes less than half of the way to where a sensor is stuck', () => {
    for (let seed = 40; seed < 60; seed++) {
      const noise = seededNormals(seed, 1700);
      const stuck = noise.map((g, t) => (t >= 1500 && t < 1600 ? noise[1499]! : g));
      const steps = drive(new AdaptiveNormalizer(), stuck).slice(1500, 1601);
      const [before, after] = [steps[0]!, steps[100]!];
      expect(steps.every(({ event }) => event === 0)).toBe(true);
      expect(Math.abs(after.center - before.center)).toBeLessThan(0.5 * Math.abs(noise[1499]! - before.center) + 0.02);
      expect(Math.abs(after.scale / before.scale - 1)).toBeLessThan(0.2);
    }
  });
  it('regards longer cycles as noise when blocks are longer, and forgets sooner with less memory', () => {
    const uniform = seededUniform(28);
    const cycle = Float64Array.from({ length: 8000 }, (_, t) => 3 * Math.sin((2 * Math.PI * t) / 500) + uniform());
    const scale = (block: number) => drive(new AdaptiveNormalizer({ block }), cycle).at(-1)!.scale;
    expect(scale(96)).toBeGreaterThan(1.3 * scale(24));
    const growing = seededNormals(29, 8000).map((g, t) => g * (1 + t / 8000));
    const last = (memory: number) => drive(new AdaptiveNormalizer({ memory }), growing).at(-1)!.scale;
    expect(last(256)).toBeGreaterThan(last(8192));
  });
  it('refuses a faulty option when made', () => {
    for (const options of [{ block: 12 }, { block: 20 }, { block: Number.NaN }, { memory: 100 }, { memory: 2048.5 }]) {
      expect(() => new AdaptiveNormalizer(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });
  it('scores an eventful series the same in every version', () => {
    const steps = drive(new AdaptiveNormalizer(), eventfulSeries(30));
    const events = steps.flatMap(({ event }, t) => (event === 0 ? [] : [[t, event]]));
    expect([steps[700]!.z, steps[1700]!.z, steps[2999]!.z]).toEqual([
      -0.868154361375716, -1.3997606100130475, -0.11574092536451487,
    ]);
    expect(events).toEqual([
      [507, 1],
      [1011, -1],
      [1595, -2],
    ]);
  });
});
