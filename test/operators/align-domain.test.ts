import fc from 'fast-check';
import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Aligned, alignDomain } from '../../operators/index.js';
import { CovarianceMap } from '../../src/learn/align/covariance-map.js';
import { ksDistance } from '../../src/learn/align/ks-distance.js';
import { maximumMeanDiscrepancy } from '../../src/learn/align/maximum-mean-discrepancy.js';
import { MomentsMap } from '../../src/learn/align/moments-map.js';
import { QuantilesMap } from '../../src/learn/align/quantiles-map.js';
import { symmetricEigen } from '../../src/learn/align/symmetric-eigen.js';
import { LogisticLearner } from '../../src/learn/logistic-learner.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { obeysOperatorLaws } from '../laws/operator-laws.js';
import { PortableStream } from '../support/portable-stream.js';

interface Reading {
  plant: string;
  x: number[];
  fault: boolean;
}

const run = <T, R>(records: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(records as T[]).pipe(operator, toArray()));

obeysOperatorLaws('alignDomain', () =>
  alignDomain({
    domain: (x: number) => (x > 2 ? 'b' : 'a'),
    to: 'a',
    values: (x: number) => [x],
    features: 1,
    warmup: 2,
  }),
);

/** Two plants with the same faults, whose sensors have other units, are correlated otherwise, and in the second are skewed too. */
function plants(length: number, seed = 31, skewed = false): Reading[] {
  const stream = new PortableStream(seed);
  return Array.from({ length }, (_, i) => {
    const fault = stream.uniform() < 0.5;
    const [u, v] = [stream.gaussian() + (fault ? 1.5 : -1.5), stream.gaussian()];
    if (i % 2 === 0) return { plant: 'a', x: [u, v], fault };
    const bend = (z: number) => (skewed ? Math.exp(z / 2) : z);
    return { plant: 'b', x: [1e5 + 300 * bend(0.8 * u + 0.6 * v), 20 + 4 * bend(v)], fault };
  });
}

const options = { domain: (r: Reading) => r.plant, from: 'b', to: 'a', values: (r: Reading) => r.x, features: 2 };
const mappedOf = (out: Aligned<Reading>[]) => out.filter(({ mapped }) => mapped);

describe('alignDomain', () => {
  it.each(['moments', 'quantiles', 'covariance'] as const)(
    'brings the two distributions together, by %s',
    async (by) => {
      const skewed = by === 'quantiles';
      const records = plants(4000, 31, skewed);
      const out = (await run(records, alignDomain({ ...options, by }))).slice(-800);
      const vectorsOf = (plant: string, aligned: boolean) =>
        out.filter(({ domain }) => domain === plant).map((a) => (aligned ? a.aligned! : a.record.x));
      const ks = (aligned: boolean) =>
        Math.max(
          ...[0, 1].map((i) =>
            ksDistance(
              vectorsOf('a', false).map((x) => x[i]!),
              vectorsOf('b', aligned).map((x) => x[i]!),
            ),
          ),
        );
      expect(ks(false)).toBe(1);
      expect(ks(true)).toBeLessThan(0.12);
      const bandwidth = 2;
      const mmd = (aligned: boolean) =>
        maximumMeanDiscrepancy(vectorsOf('a', false), vectorsOf('b', aligned), bandwidth);
      expect(mmd(true)).toBeLessThan(0.1 * mmd(false));
      if (by === 'covariance') expect(mmd(true)).toBeLessThan(0.01);
    },
  );

  it.each([
    ['moments', 0.85],
    ['quantiles', 0.85],
    ['covariance', 0.88],
  ] as const)('lets a classifier of one plant be used in the other, by %s', async (by, least) => {
    const out = await run(plants(6000), alignDomain({ ...options, by }));
    const model = new LogisticLearner({ inputs: 2, rate: 0.05 });
    for (const { domain, aligned, record } of out) if (domain === 'a') model.learn(aligned!, Number(record.fault));
    const rightOf = (pick: (a: Aligned<Reading>) => ArrayLike<number>) => {
      const mapped = mappedOf(out).slice(-1000);
      return mapped.filter((a) => model.predict(pick(a)) > 0.5 === a.record.fault).length / mapped.length;
    };
    expect(rightOf(({ record }) => record.x)).toBeLessThan(0.6);
    expect(rightOf(({ aligned }) => aligned!)).toBeGreaterThan(least);
  });

  it('maps by what was known before a record, learns what is whole, and leaves other domains alone', async () => {
    const records = [
      ...plants(80),
      { plant: 'c', x: [7, 8], fault: false },
      { plant: 'b', x: [Number.NaN, 1], fault: false },
      { plant: 'b', x: [1], fault: false },
    ];
    const table = new SeriesTable();
    const out = await run(records, alignDomain({ ...options, table }));
    expect(out.findIndex(({ mapped }) => mapped)).toBe(61); // 30 of either are known
    expect(out.slice(-3).map(({ aligned }) => aligned)).toEqual([Float64Array.of(7, 8), null, null]);
    expect(table.counters.missing).toBe(2);
    const every = await run(records, alignDomain({ ...options, from: undefined as never, warmup: 2 }));
    expect(every.at(-3)!.aligned).toBeNull(); // c is mapped too, once it is known
  });

  it.each(['moments', 'quantiles', 'covariance'] as const)(
    'goes on from a saved table to the last bit, by %s',
    async (by) => {
      const records = plants(300);
      for (const memory of ['all', { halfLife: 50 }] as const) {
        const whole = await run(records, alignDomain({ ...options, by, memory }));
        const table = new SeriesTable();
        await run(records.slice(0, 143), alignDomain({ ...options, by, memory, table }));
        const restored = SeriesTable.fromBytes(table.toBytes());
        expect(await run(records.slice(143), alignDomain({ ...options, by, memory, table: restored }))).toEqual(
          whole.slice(143),
        );
      }
    },
  );

  it('follows a domain that drifts, by half-life', async () => {
    const drifted = plants(4000).map((r, i) =>
      r.plant === 'b' && i > 2000 ? { ...r, x: [r.x[0]! + 5e4, r.x[1]!] } : r,
    );
    const center = async (memory: 'all' | { halfLife: number }) => {
      const out = mappedOf(await run(drifted, alignDomain({ ...options, memory }))).slice(-300);
      return Math.abs(out.reduce((sum, { aligned }) => sum + aligned![0]!, 0) / 300);
    };
    expect(await center({ halfLife: 100 })).toBeLessThan(0.3);
    expect(await center('all')).toBeGreaterThan(0.6);
  });

  it('refuses faulty options by name', () => {
    const attempt = (given: object) => () => alignDomain({ ...options, ...given } as never);
    expect(attempt({ by: 'magic' })).toThrow('by must be one of "moments", "quantiles", "covariance", got "magic"');
    expect(attempt({ from: 'a' })).toThrow('from must be without "a"');
    expect(attempt({ features: undefined })).toThrow('features must be an integer from 1 to 1024');
    expect(attempt({ memory: { window: 3 } })).toThrow("memory must be 'all' or { halfLife: records }");
    expect(attempt({ warmup: 1 })).toThrow('warmup must be an integer >= 2');
    expect(attempt({ table: new SeriesTable({ maxSeries: 1 }) })).toThrow('at least 2 series');
  });
});

describe('the maps', () => {
  const level = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  it.each([
    ['moments', MomentsMap],
    ['quantiles', QuantilesMap],
    ['covariance', CovarianceMap],
  ] as const)('have an inverse: %s', (name, Kind) => {
    const tolerance = name === 'quantiles' ? 0.1 : 1e-9; // its outermost bins have some width
    fc.assert(
      fc.property(level, level, fc.nat(1000), (a, b, seed) => {
        const stream = new PortableStream(seed);
        const domains = new Kind(3, undefined);
        const [from, to] = [new Float64Array(domains.stride + 1), new Float64Array(domains.stride)];
        const draw = (center: number, scale: number) => {
          const [x, y, z] = [stream.gaussian(), stream.gaussian(), stream.gaussian()];
          return Float64Array.of(center + scale * x, center + scale * (x + y), scale * z);
        };
        const seen: Float64Array[] = [];
        for (let i = 0; i < 60; i++) {
          domains.aim(from, 1);
          seen.push(draw(a, 3));
          domains.learn(seen.at(-1)!);
          domains.aim(to, 0);
          domains.learn(draw(b, 0.5));
        }
        domains.between(from, 1, to, 0);
        const [there, back] = [new Float64Array(3), new Float64Array(3)];
        for (const x of [seen[10]!, seen[59]!, draw(a, 3)]) {
          domains.map(x, there);
          domains.unmap(there, back);
          x.forEach((value, i) => {
            expect(Math.abs(back[i]! - value), `${name} of ${value}`).toBeLessThanOrEqual(
              tolerance * (1 + Math.abs(value) + Math.abs(b)),
            );
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('give covariances their values back from eigenvectors', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 16, maxLength: 16 }),
        (given) => {
          const m = Float64Array.from(given, (x, k) => (k % 4 >= Math.floor(k / 4) ? x : 0));
          const { values, vectors } = symmetricEigen(m, 4);
          for (let i = 0; i < 4; i++)
            for (let j = i; j < 4; j++) {
              let sum = 0;
              for (let k = 0; k < 4; k++) sum += vectors[i * 4 + k]! * values[k]! * vectors[j * 4 + k]!;
              expect(Math.abs(sum - m[i * 4 + j]!)).toBeLessThan(1e-12 * 100);
            }
        },
      ),
    );
  });

  it('measure distances as they are defined', () => {
    expect(ksDistance([1, 2, 3, 4], [1, 2, 3, 4])).toBe(0);
    expect(ksDistance([1, 2, 3, 4], [3, 4, 5, 6])).toBe(0.5);
    expect(maximumMeanDiscrepancy([[0], [1]], [[0], [1]])).toBe(0);
    expect(maximumMeanDiscrepancy([[0]], [[2]], 1)).toBeCloseTo(2 - 2 * Math.exp(-2), 14);
  });
});
