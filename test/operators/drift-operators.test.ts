import { from, lastValueFrom, map, type OperatorFunction, of, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type DriftSignal, detectDrift, renormalizeOnDrift, zScore } from '../../operators/index.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { obeysOperatorLaws } from '../laws/operator-laws.js';
import { seededNormals } from '../support/seeded-normals.js';

interface Reading {
  device: string;
  x: number | null;
  ts: number;
}
const access = { key: (r: Reading) => r.device, value: (r: Reading) => r.x, time: (r: Reading) => r.ts };
const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));
const readings = (xs: ArrayLike<number | null>, device = 'a'): Reading[] =>
  Array.from(xs, (x, i) => ({ device, x, ts: i * 1000 }));
const shifted = (seed: number, by: number, length = 400) =>
  Array.from(seededNormals(seed, length), (g, t) => 50 + 2 * (t < length / 2 ? g : g + by));

const DETECTORS = ['joint', 'adwin', 'page-hinkley', 'cusum', 'ewma', 'kswin'] as const;

/** Series that are no noise about a level, and how many causes for an alarm there are in each. */
function oddSeries(noise: Float64Array): Record<string, [causes: number, xs: number[]]> {
  return {
    constant: [1, [...new Array(2000).fill(3), ...new Array(2000).fill(7)]],
    'two-valued': [0, Array.from(noise, (g) => (g > 0 ? 1 : 0))],
    // The ramp and five wraps.
    counter: [6, Array.from({ length: 8000 }, (_, t) => t % 1400)],
    'noisy counter': [6, Array.from(noise, (g, t) => (t % 1400) + 3 * g)],
    'short counter': [32, Array.from(noise, (_, t) => t % 256)],
    ramp: [1, Array.from(noise, (g, t) => t + 3 * g)],
    bursts: [0, Array.from(noise, (g, t) => (t % 500 < 40 ? [Number.NaN, Infinity, -Infinity, 1e300][t % 4]! : g))],
  };
}

obeysOperatorLaws('renormalizeOnDrift', () => renormalizeOnDrift({ warmup: 3 }));

describe('renormalizeOnDrift', () => {
  it('tells the renormalization with the value that set it off, and bumps the epoch of what follows', async () => {
    for (const policy of ['reset', 'shrink', 'shadow', 'blend'] as const) {
      const scored = await run(readings(shifted(1, 6)), renormalizeOnDrift({ ...access, policy }));
      const at = scored.findIndex(({ renormalized }) => renormalized !== null);
      expect(at).toBeGreaterThanOrEqual(200);
      expect(at).toBeLessThan(210);
      const { renormalized, center, scale, normalized, epoch } = scored[at]!;
      expect(renormalized).toMatchObject({
        cause: 'level',
        direction: 'up',
        epoch: 1,
        oldCenter: center,
        oldScale: scale,
      });
      expect(renormalized!.changePoint).toBeGreaterThanOrEqual(197);
      expect(renormalized!.changePoint).toBeLessThanOrEqual(201);
      expect(renormalized!.delay).toBe(at - renormalized!.changePoint! + 1);
      expect(renormalized!.size).toBeGreaterThan(2);
      expect(epoch).toBe(0);
      expect(Math.abs(normalized!)).toBeGreaterThan(2);
      expect(scored[at + 1]!.epoch).toBe(1);
      expect(scored[at + 1]!.center).toBe(renormalized!.newCenter);
      expect(scored[at + 1]!.scale).toBe(renormalized!.newScale);
      expect(scored.slice(at + 1).every((s) => s.renormalized === null && s.epoch === 1 && s.normalized !== null)).toBe(
        true,
      );
    }
  });
  it('hands out what every past output needs to be inverted', async () => {
    for (const policy of ['reset', 'shrink', 'shadow', 'blend'] as const) {
      const scored = await run(readings(shifted(2, -9)), renormalizeOnDrift({ ...access, policy }));
      for (const { value, normalized, center, scale } of scored)
        if (normalized !== null) expect(Math.abs(normalized * scale + center - value)).toBeLessThan(1e-12 * 60);
    }
  });
  it('keeps series apart, and goes on from a saved table as if it had never stopped', async () => {
    const mixed = shifted(3, 5).flatMap((x, i): Reading[] => [
      { device: 'a', x, ts: i },
      { device: 'b', x: -3 * x + (i % 40 === 39 ? Number.NaN : 0), ts: i },
    ]);
    const options = { ...access, detector: { name: 'cusum', falseAlarmEvery: 5000 }, policy: 'shadow' } as const;
    const whole = await run(mixed, renormalizeOnDrift(options));
    const table = new SeriesTable();
    await run(mixed.slice(0, 407), renormalizeOnDrift({ ...options, table }));
    const restored = SeriesTable.fromBytes(table.toBytes());
    expect(await run(mixed.slice(407), renormalizeOnDrift({ ...options, table: restored }))).toEqual(whole.slice(407));
    const alone = await run(
      mixed.filter((r) => r.device === 'a'),
      renormalizeOnDrift(options),
    );
    expect(whole.filter((s) => s.key === 'a')).toEqual(alone);
    expect(
      whole
        .filter((s) => s.renormalized !== null)
        .map((s) => s.key)
        .sort(),
    ).toEqual(['a', 'b']);
  });
  it('is what zScore does with drift', async () => {
    const xs = shifted(4, 7);
    const plain = await run(readings(xs), zScore({ ...access, drift: { policy: 'reset' } }));
    const told = await run(readings(xs), renormalizeOnDrift({ ...access, policy: 'reset' }));
    expect(told.map(({ renormalized: _, ...scored }) => scored)).toEqual(plain);
    expect(plain.at(-1)!.epoch).toBe(1);
  });
  it('ends one epoch for one cause on odd series, and tells what follows of it as drift', async () => {
    for (const detector of DETECTORS)
      for (const [name, [causes, xs]] of Object.entries(oddSeries(seededNormals(14, 8000)))) {
        const scored = await run(
          Array.from(xs, (x) => ({ x })),
          renormalizeOnDrift({ value: ({ x }) => x, detector }),
        );
        const told = scored.map(({ renormalized }) => renormalized).filter((event) => event !== null);
        const epochs = told.filter(({ cause }) => cause !== 'drift');
        expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i + 1));
        expect(epochs.length, `${detector}, ${name}`).toBeLessThanOrEqual(causes + (detector === 'joint' ? 0 : 1));
        expect(scored.at(-1)!.epoch).toBe(epochs.length);
        // Within an epoch the yardstick goes from what was told to what was told.
        for (const [i, { renormalized }] of scored.entries()) {
          if (renormalized === null || i + 1 === scored.length) continue;
          expect(scored[i]!.center).toBe(renormalized.oldCenter);
          expect(scored[i + 1]!.center).toBe(renormalized.newCenter);
          expect(scored[i + 1]!.epoch).toBe(renormalized.epoch);
        }
      }
    const ramp = Array.from(seededNormals(15, 3000), (g, t) => ({ x: t + 3 * g }));
    const followed = await run(ramp, renormalizeOnDrift({ value: ({ x }) => x, detector: 'cusum' }));
    const causes = followed.flatMap(({ renormalized }) => (renormalized === null ? [] : [renormalized.cause]));
    expect(causes.filter((cause) => cause !== 'drift')).toEqual(['level']);
    expect(causes.length).toBeGreaterThan(20);
  }, 60_000);
  it('refuses what contradicts itself when it is called', () => {
    expect(() => renormalizeOnDrift({ detector: { falseAlarmEvery: 9 } })).toThrow('falseAlarmEvery must be');
    expect(() => renormalizeOnDrift({ method: 'adaptive' as 'robust' })).toThrow('drift must be absent: adaptive');
    expect(() => renormalizeOnDrift({ policy: 'sometimes' as 'reset' })).toThrow('policy must be');
    expect(() => renormalizeOnDrift({ learnWithin: 3 } as object)).toThrow('learnWithin must be absent beside drift');
  });
});

describe('detectDrift', () => {
  const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  const states = (signals: DriftSignal<unknown>[]) => signals.map(({ state }) => state);
  const drifts = <T>(signals: DriftSignal<T>[]) => signals.filter(({ state }) => state === 'drift');

  it('signals in the frame of the value, and is silent otherwise', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const values = Object.fromEntries([...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL'].map((name, i) => [name, i]));
      const xs = [...seededNormals(5, 34), 40, 41, 40, 42];
      const source = cold(
        `${Object.keys(values).join('')}--|`,
        Object.fromEntries(Object.keys(values).map((name, i) => [name, xs[i]!])),
      );
      const detected = source.pipe(
        detectDrift({ detector: 'shewhart' }),
        map(({ state, direction, index }) => `${state} ${direction} ${index}`),
      );
      expectObservable(detected).toBe(`${'-'.repeat(34)}d-----|`, { d: 'drift up 34' });
      expectSubscriptions(source.subscriptions).toBe(`^${'-'.repeat(39)}!`);
    });
  });
  it('completes, passes errors on and lets go of its source', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(cold<number>('--|').pipe(detectDrift())).toBe('--|');
      expectObservable(cold<number>('-a-#', { a: 1 }).pipe(detectDrift())).toBe('---#');
      const endless = cold<number>('-a-a-a-', { a: 1 });
      expectObservable(endless.pipe(detectDrift()), '---!').toBe('---');
      expectSubscriptions(endless.subscriptions).toBe('^--!');
    });
  });
  it('tells which way, how far, since when, and warns before; every detector', async () => {
    for (const detector of ['joint', 'adwin', 'page-hinkley', 'cusum', 'ewma', 'kswin', 'hddm-a', 'hddm-w'] as const) {
      const signals = await run(readings(shifted(6, -3, 1000)), detectDrift({ ...access, detector }));
      const [drift, ...more] = drifts(signals);
      expect(drift, detector).toMatchObject({ key: 'a', cause: 'level', direction: 'down' });
      expect(more, detector).toEqual([]);
      expect(drift!.index).toBeGreaterThanOrEqual(500);
      expect(drift!.index, detector).toBeLessThan(540);
      expect(drift!.record).toEqual({ device: 'a', x: expect.any(Number), ts: drift!.index * 1000 });
      expect(drift!.changePoint! + drift!.delay! - 1).toBe(drift!.index);
      if (!detector.startsWith('hddm')) expect(drift!.size, detector).toBeLessThan(-1.2);
      expect(drift!.size).toBeLessThan(0);
      const before = signals.slice(0, signals.indexOf(drift!)).filter(({ index }) => index >= 495);
      if (detector !== 'kswin' && detector !== 'adwin') expect(states(before), detector).toContain('warning');
    }
  });
  it('tells a stuck sensor once, and that it lives again; that is no drift, nor is it the end of its senses', async () => {
    const noise = seededNormals(7, 900);
    const xs = Array.from(noise, (g, t) => (t >= 300 && t < 400 ? 0.4 : t >= 700 ? g + 5 : g));
    const signals = (await run(xs, detectDrift())).filter(({ state }) => state !== 'warning' && state !== 'steady');
    expect(signals.map(({ state, index, changePoint }) => [state, index, changePoint])).toEqual([
      ['flat', 309, 300],
      ['live', 400, null],
      ['drift', expect.any(Number), expect.any(Number)],
    ]);
    expect(signals[2]!.index).toBeLessThan(710);
  });
  it('tells a saturated sensor from a two-valued one', async () => {
    const wave = Array.from({ length: 600 }, (_, t) => Math.min(Math.sin(t / 30) * 10 + ((t * 7919) % 101) / 200, 5));
    const clipped = await run(wave, detectDrift());
    expect(states(clipped)).toContain('saturated');
    const noise = seededNormals(8, 2000);
    const bits = Array.from(noise, (g) => (g > 0 ? 1 : 0));
    expect(states(await run(bits, detectDrift())).filter((s) => s !== 'warning' && s !== 'steady')).toEqual([]);
  });
  it('tells a silent series when the others have gone on, and when it is back', async () => {
    const given = Array.from(seededNormals(9, 400), (x, i): Reading => {
      const device = i % 2 === 0 || (i > 100 && i < 300) ? 'a' : 'b';
      return { device, x, ts: i * 1000 };
    });
    const signals = await run(given, detectDrift({ ...access, silentAfter: '30s' }));
    expect(
      signals
        .filter(({ state }) => state === 'silent' || state === 'live')
        .map(({ state, key, record }) => [state, key, record.ts]),
    ).toEqual([
      ['silent', 'b', 130_000],
      ['live', 'b', 301_000],
    ]);
  });
  it('goes on from a saved table, and passes over what is missing', async () => {
    const given = readings(shifted(10, 4));
    const holes = given.flatMap((r, i) => (i % 7 === 0 ? [{ ...r, x: [null, Number.NaN, 1e300][i % 3]! }, r] : [r]));
    const whole = await run(given, detectDrift(access));
    expect(drifts(whole).length).toBe(1);
    expect(await run(holes, detectDrift(access))).toEqual(whole);
    const table = new SeriesTable();
    const first = await run(given.slice(0, 203), detectDrift({ ...access, table }));
    const restored = SeriesTable.fromBytes(table.toBytes());
    expect([...first, ...(await run(given.slice(203), detectDrift({ ...access, table: restored })))]).toEqual(whole);
  });
  it('raises at most one alarm for one cause on odd series, and is not blind afterwards', async () => {
    for (const detector of DETECTORS)
      for (const [name, [causes, xs]] of Object.entries(oddSeries(seededNormals(14, 8000)))) {
        const known = xs.filter((x) => Math.abs(x) < 1e150);
        // What came before is the yardstick of what comes: of a ramp, all that it has passed through.
        const spread = (Math.max(...known) - Math.min(...known)) / 4;
        const after = Array.from(seededNormals(12, 1200), (g, t) => known.at(-1)! + spread * ((t < 600 ? 0 : 12) + g));
        const still = [...xs, ...after].map((x) => ({ device: 'a', x, ts: 0 }));
        const told = drifts(await run(still, detectDrift({ ...access, detector })));
        const start = known.length;
        // Two-valued series and bursts pass with a false alarm at most where detectors suppose a normal law.
        const allowed = causes + (detector === 'joint' ? 0 : 1);
        expect(told.filter(({ index }) => index < start).length, `${detector}, ${name}`).toBeLessThanOrEqual(allowed);
        const seen = told.filter(({ index }) => index >= start + 600 && index < start + 800);
        expect(seen.length, `${detector} after ${name}`).toBeGreaterThanOrEqual(1);
      }
  }, 60_000);
  it('sees a small shift soon after the end of a ramp, by its own size and not by that of the ramp', async () => {
    for (const detector of DETECTORS)
      for (const slope of [0.2, 1]) {
        const xs = Array.from(seededNormals(160, 2600), (g, t) => Math.min(t, 2000) * slope + g + (t < 2400 ? 0 : 1.5));
        const told = drifts(await run(xs, detectDrift({ detector })));
        expect(told.filter(({ index }) => index < 2400).length, detector).toBeLessThanOrEqual(2);
        const [shift, ...more] = told.filter(({ index }) => index >= 2400);
        expect(shift, detector).toMatchObject({ cause: 'level', direction: 'up' });
        expect(shift!.index, detector).toBeLessThan(2440);
        expect(shift!.size! > 0.7 && shift!.size! < 3, `${detector}: ${shift!.size}`).toBe(true);
        expect(more, detector).toEqual([]);
      }
  });
  it('tells each of two steps the same way, however soon after another they come', async () => {
    for (const detector of ['joint', 'cusum', 'ewma', 'page-hinkley', 'adwin'] as const)
      for (const apart of [100, 200, 500])
        for (const size of [2, 5]) {
          const xs = Array.from(seededNormals(13, 1000 + 2 * apart), (g, t) => {
            return g + size * (t < 1000 ? 0 : t < 1000 + apart ? 1 : 2);
          });
          const told = drifts(await run(xs, detectDrift({ detector })));
          expect(told.filter(({ index }) => index >= 1000).length, `${detector} ${apart} ${size}`).toBe(2);
        }
  });
  it('refuses what has no meaning when it is called', async () => {
    expect(() => detectDrift({ silentAfter: '5m' })).toThrow('silentAfter must be absent on a stream of plain numbers');
    expect(() => detectDrift({ value: (r: Reading) => r.x, silentAfter: 5 })).toThrow('time must be an accessor');
    expect(() => detectDrift({ falseAlarmEvery: 100 } as object)).toThrow('falseAlarmEvery must be absent');
    expect(() => detectDrift({ sensor: { flatAfter: 1 } })).toThrow('flatAfter must be an integer >= 2');
    await expect(lastValueFrom(of(1).pipe(detectDrift(), toArray()))).resolves.toEqual([]);
  });
});
