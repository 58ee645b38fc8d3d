import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Detector } from '../../src/drift/detector.js';
import { seededNormals } from '../support/seeded-normals.js';

/** What the laws have to know of a detector. */
export interface DetectorSubject<D extends Detector> {
  make(): D;
  /** Takes N(0, 1) to what the detector is for. @defaultValue as it is */
  input?: (u: number) => number;
  /** A shift of N(0, 1) that it cannot overlook. @defaultValue 4 */
  shift?: number;
  /** Whether it tells a rise from a fall by mirror image. @defaultValue true */
  mirrored?: boolean;
  /** Whether a reset makes it learn its reference anew. @defaultValue true */
  relearns?: boolean;
}

/** A detector with a state of its own. */
export function fresh<D extends Detector>(detector: D): D {
  detector.aim(new Float64Array(detector.stride), 0);
  return detector;
}

/** Times and kinds of all alarms, the caller resetting after each. */
export function alarms(detector: Detector, xs: Iterable<number>): [time: number, event: number][] {
  const found: [number, number][] = [];
  let t = 0;
  for (const x of xs) {
    const event = detector.update(x);
    if (event !== 0) {
      found.push([t, event]);
      detector.reset();
    }
    t++;
  }
  return found;
}

const JUNK = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e200];
const NEIGHBOUR = 0.1234567;
const runs = { numRuns: 25 };
const seeds = fc.integer({ min: 1, max: 1e6 });

/** The laws of every detector. Call it inside `describe`. */
export function obeysDetectorLaws<D extends Detector>(subject: DetectorSubject<D>): void {
  const { make, input = (u: number) => u, shift = 4, mirrored = true, relearns = true } = subject;
  const noise = (seed: number, length: number, by = 0) => seededNormals(seed, length).map((g) => input(g + by));
  /** 400 values, then so many of a shifted level. */
  const shifted = (seed: number, by: number, length = 300) =>
    Float64Array.of(...noise(seed, 400), ...noise(seed + 1, length, by));
  const readings = ({ count, warning, delay, size }: Detector) => [count, warning, delay, size];

  it('goes on bit for bit from a copy of its state, anywhere, and touches nothing beside it', () => {
    fc.assert(
      fc.property(seeds, fc.nat(699), fc.nat(7), (seed, cut, offset) => {
        const xs = shifted(seed, 2);
        const original = fresh(make());
        for (const x of xs.subarray(0, cut)) if (original.update(x) !== 0) original.reset();
        const { stride } = original;
        const moved = new Float64Array(stride + 2 * offset).fill(NEIGHBOUR);
        moved.set(original.state, offset);
        const restored = make().aim(moved, offset);
        expect(readings(restored)).toEqual(readings(original));
        for (const x of xs.subarray(cut)) {
          const event = original.update(x);
          expect(restored.update(x)).toBe(event);
          expect(readings(restored)).toEqual(readings(original));
          if (event !== 0) for (const each of [original, restored]) each.reset();
        }
        expect(moved.subarray(offset, offset + stride)).toEqual(original.state);
        const beside = [...moved.subarray(0, offset), ...moved.subarray(offset + stride)];
        expect(beside.every((x) => x === NEIGHBOUR)).toBe(true);
      }),
      runs,
    );
  });

  it('changes no bit for what is no observation, and sees afterwards as well as before', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.tuple(fc.nat(699), fc.constantFrom(...JUNK)), { minLength: 1 }), (seed, junk) => {
        const xs = shifted(seed, shift);
        const clean = fresh(make());
        const soiled = fresh(make());
        for (const [t, x] of xs.entries()) {
          for (const [at, bad] of junk) {
            if (at !== t) continue;
            expect(soiled.update(bad)).toBe(0);
            expect(soiled.state).toEqual(clean.state);
          }
          expect(soiled.update(x)).toBe(clean.update(x));
        }
        expect(soiled.state).toEqual(clean.state);
      }),
      runs,
    );
  });

  it('finds a large shift, says which way it went, and about when and how far', () => {
    for (const sign of mirrored ? [1, -1] : [1]) {
      for (let seed = 1; seed <= 10; seed++) {
        const detector = fresh(make());
        const xs = shifted(seed * 77, sign * shift);
        let found = -1;
        for (const [t, x] of xs.entries()) {
          const event = detector.update(x);
          if (event === 0) continue;
          if (t < 400) {
            detector.reset();
            continue;
          }
          found = t;
          expect(Math.sign(event)).toBe(sign);
          break;
        }
        expect(found, `seed ${seed}`).toBeGreaterThanOrEqual(400);
        expect(found).toBeLessThan(480);
        expect(detector.warning).toBe(true);
        expect(Math.sign(detector.size)).toBe(sign);
        expect(detector.delay).toBeGreaterThan(0);
        expect(found - detector.delay).toBeGreaterThan(340);
      }
    }
  });

  it('never resets itself, and never becomes blind: a caller that resets finds the next shift as well', () => {
    const detector = fresh(make());
    const xs = [0, shift, 0, shift].flatMap((level, i) => [...noise(900 + i, 500, level)]);
    let count = 0;
    for (const x of xs) {
      count++;
      if (detector.update(x) === 0) continue;
      expect(detector.count).toBe(count);
      detector.reset();
      count = 0;
      expect(detector.state.every((s) => s === 0)).toBe(true);
      expect([detector.count, detector.warning, detector.delay, detector.size]).toEqual([0, false, 0, 0]);
    }
    const found = alarms(fresh(make()), xs).map(([t]) => t);
    for (const from of relearns ? [500, 1000, 1500] : [500, 1500])
      expect(
        found.some((t) => t >= from && t < from + 100),
        `at ${from}`,
      ).toBe(true);
  });

  it('serves two series in turn without a leak', () => {
    const shared = make();
    const states = [new Float64Array(shared.stride), new Float64Array(shared.stride)];
    const series = [shifted(5, shift), shifted(6, -shift)];
    const found: number[][] = [[], []];
    for (let t = 0; t < 700; t++)
      for (const which of [0, 1]) found[which]!.push(shared.aim(states[which]!, 0).update(series[which]![t]!));
    for (const which of [0, 1]) {
      const alone = fresh(make());
      expect(found[which]).toEqual(Array.from(series[which]!, (x) => alone.update(x)));
    }
  });

  it('is quiet on a constant series, however long', () => {
    for (const level of [0, 0.75, 1]) expect(alarms(fresh(make()), new Float64Array(3000).fill(level))).toEqual([]);
  });

  it('keeps finite numbers in its state, whatever it is fed, and raises no storm', () => {
    const wild = fc.oneof(
      fc.double({ min: -1e150, max: 1e150, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constantFrom(0, -0, 1, 1e150, -1e150, 5e-324, 1e-310),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(wild, fc.integer({ min: 1, max: 60 })), { maxLength: 12 }), (stretches) => {
        const detector = fresh(make());
        const xs = stretches.flatMap(([x, length]) => new Array<number>(length).fill(x));
        for (const x of xs) {
          detector.update(x);
          expect(detector.state.every(Number.isFinite)).toBe(true);
          expect([detector.delay, detector.size].some(Number.isNaN)).toBe(false);
        }
        // Each change of the constant is at most one cause, and so is its aftermath in a window.
        if (relearns) expect(alarms(fresh(make()), xs).length).toBeLessThanOrEqual(2 * stretches.length);
      }),
      { numRuns: 60 },
    );
  });
}
