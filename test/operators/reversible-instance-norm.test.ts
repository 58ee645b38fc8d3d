import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  type BatchInput,
  microBatch,
  type ReversibleInstance,
  type ReversibleInstanceNormOptions,
  reversibleInstanceNorm,
} from '../../operators/index.js';
import { PortableStream } from '../support/portable-stream.js';

const run = <B extends BatchInput>(
  batches: readonly B[],
  options?: ReversibleInstanceNormOptions,
): Promise<ReversibleInstance<B>[]> => lastValueFrom(from(batches).pipe(reversibleInstanceNorm<B>(options), toArray()));

describe('reversibleInstanceNorm', () => {
  it('comes back to every window, far from zero or near, with gaps or without', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          n: fc.integer({ min: 1, max: 4 }),
          l: fc.integer({ min: 2, max: 20 }),
          c: fc.integer({ min: 1, max: 4 }),
          channels: fc.constantFrom('first' as const, 'last' as const),
          offset: fc.constantFrom(0, -3e5, 1.7e12),
          scale: fc.constantFrom(1e-3, 1, 1e6),
          isAffine: fc.boolean(),
          seed: fc.integer(),
        }),
        async ({ n, l, c, channels, offset, scale, isAffine, seed }) => {
          const stream = new PortableStream(seed);
          const values = Float64Array.from({ length: n * l * c }, () =>
            stream.uniform() < 0.1 ? Number.NaN : offset + scale * stream.gaussian(),
          );
          const shape = channels === 'last' ? [n, l, c] : [n, c, l];
          const affine = { gamma: Array.from({ length: c }, () => 0.5 + stream.uniform()), beta: -2 };
          const [result] = await run([{ values, shape }], { channels, ...(isAffine && affine) });
          if (values.every(Number.isNaN)) {
            expect(result!.values).toBeNull();
            return;
          }
          const back = result!.denormalize(result!.values!);
          const wrong = back.findIndex((x, k) => {
            const isSame = Number.isNaN(values[k]!)
              ? Number.isNaN(x)
              : Math.abs(x - values[k]!) <= 4e-16 * Math.abs(offset) + 1e-13 * scale;
            return !isSame;
          });
          expect(wrong, `value ${wrong}: ${back[wrong]}, not ${values[wrong]}`).toBe(-1);
        },
      ),
    );
  });

  it('gives every channel of every window mean 0 and deviation 1', async () => {
    const values = Float64Array.of(1, 100, 2, 300, 3, 500, 7, 0, 7, 1, 7, 5);
    const [result] = await run([{ values, shape: [2, 3, 2] }], { epsilon: 0 });
    const [a, b] = [Math.sqrt(1.5), Math.sqrt(3 / 14)];
    const expected = [-a, -a, 0, 0, a, a, 0, -2 * b, 0, -b, 0, 3 * b];
    expect([...result!.values!]).toEqual(expected.map((y) => expect.closeTo(y, 12)));
    expect([...result!.center]).toEqual([2, 300, 7, 2]);
    expect([...result!.scale]).toEqual(
      [Math.sqrt(2 / 3), Math.sqrt(80000 / 3), 0, Math.sqrt(14 / 3)].map((y) => expect.closeTo(y, 9)),
    );
    expect([...result!.denormalize(result!.values!)]).toEqual([...values].map((x) => expect.closeTo(x, 12)));
  });

  it('adds 1e-5 to the variance, as RevIN does', async () => {
    const [result] = await run([[1, 2, 3, 6]]);
    expect([...result!.values!]).toEqual([1, 2, 3, 6].map((x) => expect.closeTo((x - 3) / Math.sqrt(3.5 + 1e-5), 12)));
  });

  it('takes a forecast of another length back to the scale of its window', async () => {
    const [result] = await run([{ values: Float64Array.of(10, 20, 1, 3), shape: [2, 2, 1] }], { epsilon: 0 });
    expect([...result!.denormalize([0, 1, 2, -1, 0, 1], [2, 3, 1])]).toEqual([15, 20, 25, 1, 2, 3]);
    expect([...result!.denormalize([0, 1], [2, 1, 1])]).toEqual([15, 3]);
    expect(() => result!.denormalize([1, 2], [1, 2, 1])).toThrow(expect.objectContaining({ option: 'shape' }));
    expect(() => result!.denormalize([1], [2, 3, 1])).toThrow(expect.objectContaining({ option: 'shape' }));
  });

  it('takes a micro-batch for one window of its columns', async () => {
    const records = [1, 2, 3].map((x) => ({ x, y: -10 * x }));
    const [result] = await lastValueFrom(
      from(records).pipe(
        microBatch({ fields: { x: (r: (typeof records)[number]) => r.x, y: (r) => r.y } }),
        reversibleInstanceNorm({ epsilon: 0 }),
        toArray(),
      ),
    );
    expect([...result!.center]).toEqual([2, -20]);
    expect([...result!.denormalize(result!.values!)]).toEqual(
      [1, 2, 3, -10, -20, -30].map((x) => expect.closeTo(x, 12)),
    );
  });

  it('answers in the frame of its source and ends with it', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-a-b-|', { a: [1, 3], b: [2, 2] });
        const results = source.pipe(reversibleInstanceNorm());
        expectObservable(results).toBe('-a-b-|', {
          a: expect.objectContaining({ center: Float64Array.of(2) }),
          b: expect.objectContaining({ center: Float64Array.of(2), values: Float64Array.of(0, 0) }),
        });
        expectSubscriptions(source.subscriptions).toBe('^----!');
      },
    );
  });

  it.each([
    [{ gamma: 0 }, 'gamma'],
    [{ gamma: [1, 0] }, 'gamma'],
    [{ epsilon: Number.NaN }, 'epsilon'],
    [{ channels: 'none' }, 'channels'],
    [{ backend: 'gpu' }, 'backend'],
  ])('refuses %j', (options, option) => {
    expect(() => reversibleInstanceNorm(options as ReversibleInstanceNormOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
  it('errors for a shape without positions', async () => {
    await expect(run([[[1, 2], [3, 4]]])).rejects.toMatchObject({ option: 'shape' }); // biome-ignore format: rows
  });
});
