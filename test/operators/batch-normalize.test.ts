import fc from 'fast-check';
import { concatMap, delay, from, lastValueFrom, map, type OperatorFunction, of, Subject, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  type BatchInput,
  type BatchNormalized,
  type BatchNormalizeOptions,
  batchNormalize,
  microBatch,
} from '../../operators/index.js';
import type { Backend, BatchJob } from '../../src/backend/backend.js';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { exportLayerWeights, importLayerWeights } from '../../src/normalize/batch/layer-weights.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { isObservation } from '../../src/stats/is-observation.js';
import { freshChannel, type PlainRules, plainFrozen, plainTrain } from '../normalize/batch/plain-batch-norm.js';
import { PortableStream } from '../support/portable-stream.js';

const run = <B extends BatchInput>(
  batches: readonly B[],
  options?: BatchNormalizeOptions,
): Promise<BatchNormalized<B>[]> => lastValueFrom(from(batches).pipe(batchNormalize<B>(options), toArray()));

/** Three batches of four rows of two channels: those of the reference vectors. */
function referenceBatches(): number[][][] {
  const stream = new PortableStream(7);
  return Array.from({ length: 3 }, () =>
    Array.from({ length: 4 }, () => [5 + 2 * stream.gaussian(), 100 + stream.gaussian()]),
  );
}

const expectClose = (actual: ArrayLike<number>, expected: readonly number[], digits = 12): void => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((y, i) => {
    const error = Math.abs(actual[i]! - y);
    expect(Object.is(actual[i], y) || error <= 10 ** -digits * Math.max(1, Math.abs(y)), `${actual[i]}, not ${y}`).toBe(
      true,
    );
  });
};

const total = (xs: ArrayLike<number>, power = 1): number => Array.from(xs).reduce((sum, x) => sum + x ** power, 0);

describe('batchNormalize', () => {
  const rules: fc.Arbitrary<PlainRules & { options: BatchNormalizeOptions }> = fc
    .record({
      semantics: fc.constantFrom(
        'pooled' as const,
        'keras' as const,
        'pytorch' as const,
        'mxnet' as const,
        'renorm' as const,
      ),
      momentum: fc.constantFrom(0, 0.1, 0.5, 0.99, 1),
      isCumulative: fc.boolean(),
      epsilon: fc.constantFrom(0.001, 0.1),
      rMax: fc.constantFrom(1, 1.5, 3),
      dMax: fc.constantFrom(0, 0.5, 5),
    })
    .map(({ semantics, momentum, isCumulative, epsilon, rMax, dMax }) => {
      const weight =
        semantics === 'pytorch' ? (isCumulative ? null : momentum) : semantics === 'pooled' ? null : 1 - momentum;
      return {
        semantics,
        weight,
        epsilon,
        rMax,
        dMax,
        options: {
          semantics,
          epsilon,
          ...(semantics !== 'pooled' && { momentum: semantics === 'pytorch' && isCumulative ? null : momentum }),
          ...(semantics === 'renorm' && { rMax, dMax }),
        },
      };
    });
  const shapes = fc
    .tuple(
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    )
    .map(([n, c, positions]) => ({ n, c, positions }));

  it('is what the textbook says of every semantics, shape, side of channels and mask, batch after batch, training and frozen', async () => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        shapes,
        fc.constantFrom('first' as const, 'last' as const),
        fc.boolean(),
        fc.integer(),
        fc.constantFrom(0, 1e6),
        async ({ options, ...plain }, { n, c, positions }, channels, isMasked, seed, offset) => {
          const stream = new PortableStream(seed);
          const inner = positions.reduce((product, size) => product * size, 1);
          const shape = channels === 'last' ? [n, ...positions, c] : [n, c, ...positions];
          const at = (i: number, p: number, ch: number) =>
            channels === 'last' ? (i * inner + p) * c + ch : (i * c + ch) * inner + p;
          const affine = { gamma: Array.from({ length: c }, () => stream.gaussian()), beta: stream.gaussian() };
          const batches = Array.from({ length: 4 }, () => {
            const values = Float64Array.from({ length: n * inner * c }, () =>
              stream.uniform() < 0.1 ? Number.NaN : offset + 3 * stream.gaussian(),
            );
            // Observed at least once, so that the batch is not null.
            values[0] = offset;
            const mask = Array.from({ length: n * inner }, (_, k) => (k === 0 || stream.uniform() < 0.8 ? 1 : 0));
            return isMasked ? { values, shape, mask } : { values, shape };
          });
          let index = 0;
          const results = await run(batches, {
            ...options,
            ...affine,
            channels,
            training: () => index++ < 3,
          });
          const state = Array.from({ length: c }, freshChannel);
          results.forEach((result, b) => {
            const { values, mask } = batches[b]! as { values: Float64Array; mask?: number[] };
            const expected: number[] = Array.from({ length: values.length });
            for (let ch = 0; ch < c; ch++) {
              const places = Array.from({ length: n * inner }, (_, k) => at(Math.floor(k / inner), k % inner, ch));
              const xs = places.map((place) => values[place]!);
              const frozen = plainFrozen(state[ch]!, plain.semantics, plain.epsilon);
              const ys =
                b < 3
                  ? plainTrain(state[ch]!, xs, mask ?? xs.map(() => 1), plain)
                  : xs.map((x) => (isObservation(x) ? frozen(x) : Number.NaN));
              places.forEach((place, k) => {
                expected[place] = ys[k]! * affine.gamma[ch]! + affine.beta;
              });
            }
            expectClose(result.values!, expected, 7);
            expect(result.missing).toBe(values.filter((x) => !isObservation(x)).length);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('equals PyTorch to the printed digits', async () => {
    const batches = referenceBatches();
    expectClose(batches[0]![0]!, [6.135480630211532, 100.59134115790948], 15);
    const table = new SeriesTable();
    const options = { semantics: 'pytorch', table } as const;
    const [, , last] = await run(batches, options);
    expectClose(last!.values!.slice(0, 2), [-0.39833237257576826, -0.1325508754391025]);
    const [, , mean, variance] = exportLayerWeights(table, { semantics: 'pytorch' });
    expectClose(mean!, [1.356425698001869, 27.141384131027852], 14);
    expectClose(variance!, [1.7075255514558478, 0.8726901840651642], 14);
    const [frozen] = await run(batches.slice(2), { ...options, training: false });
    expectClose(frozen!.values!.slice(0, 2), [2.0694386056369876, 78.39020044017538], 13);
  });

  it('equals Keras and tf.batchNorm to the printed digits', async () => {
    const table = new SeriesTable();
    await run(referenceBatches(), { semantics: 'keras', table });
    const [, , mean, variance] = exportLayerWeights(table, { semantics: 'keras' });
    expectClose(mean!, [0.14870477, 2.97461616], 8);
    expectClose(variance!, [1.05097942, 0.98199502], 8);
    const columns = [[2, 100], [4, 100.1], [6, 100.2], [8, 100.3]]; // biome-ignore format: rows
    const [result] = await run([columns], { semantics: 'keras' });
    expectClose(result!.values!.slice(0, 2), [-1.34150664, -1.29099445], 8);
  });

  it('pools batches to the moments of everything, however it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(0, 1.7e12),
        async (sizes, offset) => {
          const stream = new PortableStream(sizes.length);
          const batches = sizes.map((size) => Float64Array.from({ length: size }, () => offset + stream.gaussian()));
          const all = Float64Array.from(batches.flatMap((batch) => [...batch]));
          const [cut, whole] = [new SeriesTable(), new SeriesTable()];
          await run(batches, { table: cut });
          await run([all], { table: whole });
          const [actual, expected] = [exportLayerWeights(cut, {}), exportLayerWeights(whole, {})];
          expectClose(actual[2]!, expected[2]!, 15);
          expectClose(actual[3]!, expected[3]!, 10);
        },
      ),
    );
  });

  it.each([
    ['keras', 7],
    ['mxnet', 7],
  ] as const)('answers β for a batch of 1 (%s)', async (semantics, beta) => {
    const [result] = await run([[[3, 4]]], { semantics, beta });
    expect([...result!.values!]).toEqual([beta, beta]);
  });
  it('refuses a batch of 1 as PyTorch does, in training only', async () => {
    await expect(run([[[3, 4]]], { semantics: 'pytorch' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'shape',
    });
    const [frozen] = await run([[[3, 4]]], { semantics: 'pytorch', training: false, epsilon: 0 });
    expect([...frozen!.values!]).toEqual([3, 4]);
  });
  it('scores a lone value by what was known before it when it pools', async () => {
    const [first, , lone] = await run([[5], [1, 3], [7]]);
    expect([...first!.values!]).toEqual([Number.NaN]);
    expectClose(lone!.values!, [(7 - 3) / Math.sqrt(8 / 3)]);
  });

  it('changes no statistic and answers null for a batch without observations', async () => {
    const table = new SeriesTable();
    const observed = { values: Float64Array.of(1, 2, 3, 9), shape: [4, 1] };
    await run([observed], { table });
    const before = table.toBytes();
    const masked = { values: Float64Array.of(5, 6), shape: [2, 1], mask: [false, false] };
    const results = await run([masked, Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY)], { table });
    expect(results.map(({ values }) => values)).toEqual([null, null]);
    expect(table.toBytes()).toEqual(before);
  });

  it('goes on to the last bit from a checkpoint', async () => {
    for (const semantics of ['pooled', 'keras', 'pytorch', 'mxnet', 'renorm'] as const) {
      const batches = referenceBatches();
      const [whole, first] = [new SeriesTable(), new SeriesTable()];
      const expected = await run(batches, { semantics, table: whole });
      await run(batches.slice(0, 2), { semantics, table: first });
      const restored = SeriesTable.fromBytes(first.toBytes());
      const [actual] = await run(batches.slice(2), { semantics, table: restored });
      expect(actual!.values).toEqual(expected[2]!.values);
      expect(restored.toBytes()).toEqual(whole.toBytes());
    }
  });

  it('refuses state of other semantics or of other channels', async () => {
    const table = new SeriesTable();
    await run(referenceBatches(), { semantics: 'keras', table });
    await expect(run(referenceBatches(), { semantics: 'mxnet', channels: 'last', table })).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
    });
    await expect(run([[[1, 2, 3]]], { semantics: 'keras', table })).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
    });
  });

  it('gives its weights to a layer and takes them back', async () => {
    for (const semantics of ['keras', 'pytorch', 'mxnet', 'renorm', 'pooled'] as const) {
      for (const [scale, center] of [
        [true, true],
        [false, true],
        [true, false],
        [false, false],
      ] as const) {
        // biome-ignore format: pairs
        const options = { semantics, scale, center, channels: 'last', ...(scale && { gamma: [2, 3] }), ...(center && { beta: 0.5 }) } as const;
        const table = new SeriesTable();
        await run(referenceBatches(), { ...options, table });
        const { channels, ...norm } = options;
        const weights = exportLayerWeights(table, norm);
        expect(weights).toHaveLength(2 + Number(scale) + Number(center));
        const imported = importLayerWeights(new SeriesTable(), weights, { semantics, scale, center, count: 12 });
        const [expected] = await run(referenceBatches(), { ...options, table, training: false });
        const [actual] = await run(referenceBatches(), { ...imported, channels, training: false });
        expectClose(actual!.values!, [...expected!.values!], 12);
      }
    }
  });
  it.each([
    [[[1], [0], [0]], {}, 'weights'],
    [[[1], [0], [0], [-1]], { count: 1 }, 'weights'],
    [[[1], [0], [0, 0], [1]], { count: 1 }, 'weights'],
    [[[1], [0], [0], [1]], {}, 'count'],
  ])('refuses weights %j that are no layer', (weights, options, option) => {
    expect(() => importLayerWeights(new SeriesTable(), weights, options)).toThrow(expect.objectContaining({ option }));
  });

  it('keeps statistics of each key of keyed micro-batches apart', async () => {
    const records = Array.from({ length: 60 }, (_, i) => ({
      key: i % 3 === 0 ? 'a' : 'b',
      x: i % 3 === 0 ? 100 + i : i,
      y: -i,
    }));
    type Reading = (typeof records)[number];
    const normalize = (of: readonly Reading[]) =>
      lastValueFrom(
        from(of).pipe(
          microBatch<Reading>({ key: (r) => r.key, fields: { x: (r) => r.x, y: (r) => r.y }, maxLength: 7 }),
          batchNormalize(),
          toArray(),
        ),
      );
    const together = await normalize(records);
    for (const key of ['a', 'b']) {
      const own = together.filter(({ batch }) => batch.key === key);
      const alone = await normalize(records.filter((r) => r.key === key));
      expect(own.map(({ columns }) => columns)).toEqual(alone.map(({ columns }) => columns));
    }
    const { batch, columns } = together[0]!;
    expect(Object.keys(columns!)).toEqual(['x', 'y']);
    expectClose([total(columns!.x!), total(columns!.x!, 2)], [0, batch.length]);
    expect([...columns!.y!]).toEqual([...columns!.x!].map((y) => expect.closeTo(-y, 12)));
  });

  it.each([
    ['layer', 'last', (b: number, p: number, _c: number) => [b, p]],
    ['layer', 'first', (b: number, p: number) => [b, p]],
    ['instance', 'last', (b: number, _p: number, c: number) => [b, c]],
    ['instance', 'first', (b: number, _p: number, c: number) => [b, c]],
    ['group', 'last', (b: number, _p: number, c: number) => [b, c >> 1]],
    ['group', 'first', (b: number, _p: number, c: number) => [b, c >> 1]],
  ] as const)('normalizes over what shares a %s, channels %s', async (over, channels, groupOf) => {
    const [n, l, c] = [3, 5, 4];
    const stream = new PortableStream(3);
    const values = stream.gaussians(n * l * c);
    const gamma = [1, 2, 3, 4];
    const shape = channels === 'last' ? [n, l, c] : [n, c, l];
    const options = { over, channels, gamma, epsilon: 0, ...(over === 'group' && { groups: 2 }) };
    const [result] = await run([{ values, shape }], options);
    const places = new Map<string, { at: number; channel: number }[]>();
    for (let b = 0; b < n; b++)
      for (let p = 0; p < l; p++)
        for (let ch = 0; ch < c; ch++) {
          const at = channels === 'last' ? (b * l + p) * c + ch : (b * c + ch) * l + p;
          const group = groupOf(b, p, ch).join();
          places.set(group, [...(places.get(group) ?? []), { at, channel: ch }]);
        }
    for (const members of places.values()) {
      const ys = members.map(({ at, channel }) => result!.values![at]! / gamma[channel]!);
      expectClose(
        [ys.reduce((sum, y) => sum + y, 0) / ys.length, ys.reduce((sum, y) => sum + y * y, 0) / ys.length],
        [0, 1],
        10,
      );
    }
  });

  it('fills in β for what is missing, or refuses it', async () => {
    const batch = Float64Array.of(1, Number.NaN, 3);
    const [imputed] = await run([batch], { missing: 'impute', beta: 4 });
    expectClose(imputed!.values!, [3, 4, 5]);
    await expect(run([batch], { missing: 'error' })).rejects.toMatchObject({ code: 'MISSING_VALUE' });
  });

  it('keeps the type of its values, and takes floats, nested arrays and tensors for the same', async () => {
    const rows = [[1, 5], [2, 4], [4, 0]]; // biome-ignore format: rows
    const values = Float32Array.from(rows.flat());
    const tensor = { shape: [3, 2], data: async () => values };
    const results = await run<BatchInput>([rows, { values, shape: [3, 2] }, tensor], { semantics: 'keras' });
    expect(results[0]!.values).toBeInstanceOf(Float64Array);
    expect(results[1]!.values).toBeInstanceOf(Float32Array);
    expectClose(results[1]!.values!, [...results[0]!.values!], 6);
    expect(results[2]!.values).toEqual(results[1]!.values);
  });

  it('hands over rows of records as a tensor', async () => {
    const records = [1, 2, 3].map((x) => ({ x, y: 10 * x }));
    const [result] = await lastValueFrom(
      from(records).pipe(
        microBatch({ fields: { x: (r: (typeof records)[number]) => r.x, y: (r) => r.y } }),
        batchNormalize({ output: 'tensor' }),
        toArray(),
      ),
    );
    const { tensor, values } = result!;
    expect(values).toBeNull();
    expect(tensor!.shape).toEqual([3, 2]);
    const read = await tensor!.toArray();
    expect(read[2]).toBeCloseTo(0, 7);
    expect(read[4]).toBeCloseTo(Math.sqrt(1.5), 6);
    expect(read[5]).toBeCloseTo(Math.sqrt(1.5), 6);
    tensor!.release();
  });

  it.each([
    [{ values: Float64Array.of(1, 2, 3), shape: [2, 2] }, 'shape'],
    [{ values: Float64Array.of(1, 2), shape: [1, 1, 1, 1, 1, 2] }, 'shape'],
    [{ values: Float64Array.of(1, 2), shape: [2, 1], mask: [1] }, 'mask'],
    [[[1, 2], [3]], 'batch'],
    ['text', 'batch'],
    [{ values: [1, 2], shape: [2] }, 'batch.values'],
    [[], 'shape'],
  ])('errors for %j', async (batch, option) => {
    await expect(run([batch as BatchInput])).rejects.toMatchObject({ code: 'INVALID_OPTION', option });
  });
  it('errors when the number of channels changes', async () => {
    await expect(run([[[1, 2]], [[1, 2, 3]]])).rejects.toMatchObject({
      option: 'shape',
      message: expect.stringContaining('of 2 channels, got "3 channels"'),
    });
  });
  it.each([
    [{ semantics: 'caffe' }, 'semantics'],
    [{ semantics: 'keras', momentum: 1.1 }, 'momentum'],
    [{ semantics: 'keras', momentum: null }, 'momentum'],
    [{ semantics: 'pytorch', momentum: -0.1 }, 'momentum'],
    [{ momentum: 0.9 }, 'momentum'],
    [{ epsilon: -1 }, 'epsilon'],
    [{ rMax: 2 }, 'rMax'],
    [{ semantics: 'renorm', rMax: 0.5 }, 'rMax'],
    [{ semantics: 'renorm', dMax: -1 }, 'dMax'],
    [{ gamma: 'big' }, 'gamma'],
    [{ beta: [Number.NaN] }, 'beta'],
    [{ scale: false, gamma: 2 }, 'gamma'],
    [{ over: 'group' }, 'groups'],
    [{ groups: 2 }, 'groups'],
    [{ over: 'layer', semantics: 'keras' }, 'semantics'],
    [{ over: 'layer', table: new SeriesTable() }, 'table'],
    [{ channels: 'middle' }, 'channels'],
    [{ backend: 'cuda' }, 'backend'],
    [{ output: 'file' }, 'output'],
    [{ training: 'yes' }, 'training'],
  ])('refuses %j', (options, option) => {
    expect(() => batchNormalize(options as BatchNormalizeOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });

  describe('as an operator', () => {
    const scheduler = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    const first: OperatorFunction<BatchNormalized<number[]>, number> = map(({ values }) =>
      Math.round(1e3 * values![0]!),
    );
    const batches = { a: [1, 3], b: [2, 2, 5], c: [0, 8] };

    it('answers each batch in its frame, completes and fails with its source, and lets go of it', () => {
      scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
        const values = { a: -1000, b: -707, c: -1000 };
        const source = cold<number[]>('-a--b-|', batches);
        expectObservable(source.pipe(batchNormalize(), first)).toBe('-a--b-|', values);
        expectSubscriptions(source.subscriptions).toBe('^-----!');
        expectObservable(cold<number[]>('-a-#', batches).pipe(batchNormalize(), first)).toBe('-a-#', values);
        expectObservable(cold<number[]>('--|').pipe(batchNormalize(), first)).toBe('--|');
        const endless = cold<number[]>('-a-b-c', batches);
        expectObservable(endless.pipe(batchNormalize(), first), '^---!').toBe('-a-b', values);
        expectSubscriptions(endless.subscriptions).toBe('^---!');
      });
    });
    it('shares nothing between two subscriptions', async () => {
      const normalized = from(referenceBatches()).pipe(batchNormalize({ semantics: 'renorm' }), toArray());
      expect(await lastValueFrom(normalized)).toEqual(await lastValueFrom(normalized));
    });
    it('does not leave order where the backend is slow, and overlaps what may overlap', async () => {
      const slow = slowBackend(2);
      const batches = [[1, 3], [5], [Number.NaN], [2, 8], [4], [1, 1, 7]];
      let index = 0;
      const options = () => {
        index = 0;
        return { training: () => index++ !== 1 } as const;
      };
      const expected = await run(batches, options());
      const actual = await run(batches, { ...options(), backend: slow });
      const strip = (results: readonly BatchNormalized<number[]>[]) =>
        results.map(({ batch, values }) => ({ batch, values }));
      expect(strip(actual)).toEqual(strip(expected));
      expect(slow.most).toBe(2);
    });
    it('errors for a backend that is not there, with the command that gets it', async () => {
      await expect(run([[1, 2]], { backend: 'tensorflow' })).rejects.toMatchObject({
        code: 'BACKEND_UNAVAILABLE',
        message: expect.stringContaining('npm install'),
      });
    });
    it('does not mind a source that emits while a device is being opened', async () => {
      const log: string[] = [];
      const source = new Subject<number[]>();
      const results = lastValueFrom(
        source.pipe(batchNormalize({ backend: 'auto', log: (line) => log.push(line) }), toArray()),
      );
      for (const batch of referenceBatches()) source.next(batch.flat());
      source.complete();
      expect(await results).toHaveLength(3);
      expect(log.length).toBeGreaterThan(0);
    });
  });
});

/** The CPU behind promises that take their time, so many at once. */
function slowBackend(maxInFlight: number): Backend & { most: number } {
  const cpu = new CpuBackend();
  let running = 0;
  let last = Promise.resolve();
  const backend = Object.create(cpu, { maxInFlight: { value: maxInFlight } }) as Backend & { most: number };
  return Object.assign(backend, {
    most: 0,
    submit: (job: BatchJob) => {
      backend.most = Math.max(backend.most, ++running);
      const result = last.then(() =>
        lastValueFrom(
          of(job).pipe(
            delay(2),
            concatMap(async (job) => cpu.submit(job)),
          ),
        ),
      );
      last = result.then(() => {
        running--;
      });
      return result;
    },
  });
}
