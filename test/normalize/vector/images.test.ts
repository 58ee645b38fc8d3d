import fc from 'fast-check';
import { from, lastValueFrom, map, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { channelNormalize, perImageStandardization, rescale } from '../../../operators/index.js';
import { obeysOperatorLaws } from '../../laws/operator-laws.js';

const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));
const byte = fc.integer({ min: 0, max: 255 });
const images = (length: number) =>
  fc.array(fc.array(byte, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 6 });

obeysOperatorLaws(
  'rescale',
  () => (source) =>
    source.pipe(
      map((x) => [x]),
      rescale({ shape: [1], scale: 2 }),
    ),
);
obeysOperatorLaws(
  'perImageStandardization',
  () => (source) =>
    source.pipe(
      map((x) => [x, 1]),
      perImageStandardization({ shape: [2] }),
    ),
);
obeysOperatorLaws(
  'channelNormalize',
  () => (source) =>
    source.pipe(
      map((x) => [
        [x, 1],
        [2, x],
      ]),
      channelNormalize({ shape: [2, 2] }),
    ),
);

describe('rescale', () => {
  // Keras: Rescaling(scale=1 / 127.5, offset=-1), "to rescale an input in the [0, 255] range to be in the [-1, 1] range".
  it('is Keras Rescaling', async () => {
    const [unit] = await run([Uint8Array.of(0, 51, 255)], rescale({ shape: [3], dtype: 'uint8', scale: 1 / 255 }));
    expect(Array.from(unit!)).toEqual(Array.from(Float32Array.of(0, 0.2, 1)));
    const [symmetric] = await run(
      [Uint8Array.of(0, 255)],
      rescale({ shape: [2], dtype: 'uint8', scale: 1 / 127.5, offset: -1 }),
    );
    expect(Array.from(symmetric!)).toEqual([-1, 1]);
  });
  // torchvision: Normalize(mean, std): output[channel] = (input[channel] - mean[channel]) / std[channel], channels first.
  it('is torchvision Normalize behind ToTensor, channels first, and says what its inverse needs', async () => {
    const mean = [0.485, 0.456, 0.406];
    const std = [0.229, 0.224, 0.225];
    const x = Uint8Array.of(0, 255, 128, 64, 10, 20);
    const value = (record: { x: Uint8Array }) => record.x;
    const operator = rescale({ value, shape: [3, 1, 2], dtype: 'uint8', channels: 'first', scale: 1 / 255, mean, std });
    const [scored] = await run([{ x }], operator);
    const { normalized, center, scale } = scored as unknown as Record<string, Float64Array>;
    x.forEach((value, i) => {
      const c = i >> 1;
      expect(normalized![i]).toBeCloseTo((value / 255 - mean[c]!) / std[c]!, 5);
      expect(normalized![i]! * scale![c]! + center![c]!).toBeCloseTo(value, 3);
    });
  });
});

describe('perImageStandardization', () => {
  // tf.image.per_image_standardization: (x - mean) / adjusted_stddev, adjusted_stddev = max(stddev, 1.0 / sqrt(N)).
  it('is (x − mean) / max(sd, 1/√N)', async () => {
    await fc.assert(
      fc.asyncProperty(images(12), async (xs) => {
        const shape = [2, 2, 3];
        const bytes = await run(
          xs.map((x) => Uint8Array.from(x)),
          perImageStandardization({ shape, dtype: 'uint8' }),
        );
        const doubles = await run(xs, perImageStandardization({ shape }));
        xs.forEach((x, k) => {
          const mean = x.reduce((sum, v) => sum + v, 0) / 12;
          const sd = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 12);
          x.forEach((v, i) => {
            const expected = (v - mean) / Math.max(sd, 1 / Math.sqrt(12));
            expect(doubles[k]![i]).toBeCloseTo(expected, 10);
            expect((bytes[k] as Float32Array)[i]).toBeCloseTo(expected, 4);
          });
        });
      }),
    );
  });
  it('bounds the deviation of a uniform image', async () => {
    const [scored] = await run([[1, 1, 1, 1]], perImageStandardization({ shape: [4], value: (x: number[]) => x }));
    expect(scored).toMatchObject({ normalized: [0, 0, 0, 0], center: 1, scale: 0.5 });
  });
});

describe('channelNormalize', () => {
  it('scores pictures by mean and deviation of each channel over all pixels before, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(images(12), fc.constantFrom('last' as const, 'first' as const), async (xs, channels) => {
        const shape = channels === 'last' ? [2, 2, 3] : [3, 2, 2];
        const bytes = await run(
          xs.map((x) => Uint8Array.from(x)),
          channelNormalize({ shape, channels, dtype: 'uint8' }),
        );
        const doubles = await run(xs, channelNormalize({ shape, channels }));
        const channelOf = (i: number) => (channels === 'last' ? i % 3 : Math.floor(i / 4));
        xs.forEach((x, k) => {
          const before = xs.slice(0, k);
          if (k === 0) {
            expect([bytes[0], doubles[0]]).toEqual([null, null]);
            return;
          }
          x.forEach((v, i) => {
            const seen = before.flatMap((image) => image.filter((_, j) => channelOf(j) === channelOf(i)));
            const mean = seen.reduce((sum, each) => sum + each, 0) / seen.length;
            const sd = Math.sqrt(seen.reduce((sum, each) => sum + (each - mean) ** 2, 0) / seen.length);
            const expected = sd > 1e-9 ? (v - mean) / sd : 0;
            expect(doubles[k]![i]).toBeCloseTo(expected, 8);
            expect((bytes[k] as Float32Array)[i]! / Math.max(1, Math.abs(expected))).toBeCloseTo(
              expected / Math.max(1, Math.abs(expected)),
              5,
            );
          });
        });
      }),
      { numRuns: 50 },
    );
  });
  it('never learns padding, and lets it pass', async () => {
    const windows = [
      [
        [1, 10],
        [3, 30],
        [0, 0],
      ],
      [
        [5, 20],
        [0, 0],
        [0, 0],
      ],
      [
        [2, 15],
        [4, 0],
        [0, 0],
      ],
    ];
    const masks = windows.map((window) => window.map(([x, y]) => x !== 0 || y !== 0));
    const shape = [null, 2];
    const padded = await run(windows, channelNormalize({ shape, maskValue: 0 }));
    const masked = await run(
      windows.map((values, k) => ({ values, mask: masks[k]! })),
      channelNormalize({ shape }),
    );
    const short = await run(
      windows.map((window, k) => window.filter((_, p) => masks[k]![p])),
      channelNormalize({ shape }),
    );
    expect(padded.map((window, k) => window?.filter((_, p) => masks[k]![p]) ?? null)).toEqual(short);
    expect(padded[2]![2]).toEqual([0, 0]);
    expect(masked.map((window) => window && Array.from(window as unknown as ArrayLike<unknown>).flat())).toEqual(
      padded.map((window) => window?.flat() ?? null),
    );
  });
  it('forgets whole records by half-life, in event time whatever their order', async () => {
    const shape = [2, 1];
    const record = (t: number, ...x: number[]) => ({ t, x });
    const options = {
      shape,
      memory: { halfLife: '1s' },
      value: (r: { t: number; x: number[] }) => r.x,
      time: (r: { t: number; x: number[] }) => r.t,
    };
    const ordered = await run([record(0, 1, 3), record(1000, 5, 9), record(2000, 0, 0)], channelNormalize(options));
    const shuffled = await run([record(1000, 5, 9), record(0, 1, 3), record(2000, 0, 0)], channelNormalize(options));
    // Weights 1/2 and 1 each: mean (0.5·4 + 14) / 3, of squares (0.5·10 + 106) / 3.
    const mean = 16 / 3;
    expect((ordered[2]!.center as number[])[0]).toBeCloseTo(mean, 12);
    expect((ordered[2]!.scale as number[])[0]).toBeCloseTo(Math.sqrt(111 / 3 - mean ** 2), 12);
    expect(shuffled[2]!.scale).toEqual([expect.closeTo((ordered[2]!.scale as number[])[0]!, 12)]);
  });
  it('scores the components of a vector as the method for one number does', async () => {
    const xs = Array.from({ length: 60 }, (_, i) => [Math.sin(i), i, i % 7]);
    const { zScore, robustScale, adaptiveNormalize } = await import('../../../operators/index.js');
    const methods = [
      ['z-score', zScore({ warmup: 5, memory: { halfLife: 9 } }), { warmup: 5, memory: { halfLife: 9 } }],
      ['robust', robustScale({ memory: { window: 20 }, warmup: 7 }), { memory: { window: 20 }, warmup: 7 }],
      ['adaptive', adaptiveNormalize({ warmup: 10 }), { warmup: 10 }],
    ] as const;
    for (const [method, operator, options] of methods) {
      const columns = await Promise.all(
        [0, 1, 2].map((c) =>
          run(
            xs.map((x) => x[c]!),
            operator,
          ),
        ),
      );
      const rows = await run(xs, channelNormalize({ method, shape: [3], ...options }));
      rows.forEach((row, i) => {
        if (row === null) expect(columns.map((column) => column[i])).toEqual([null, null, null]);
        else expect(row).toEqual(columns.map((column) => column[i]));
      });
    }
  });
  it.each<[object, string]>([
    [{ shape: [] }, 'shape'],
    [{ shape: [2, null, null] }, 'shape'],
    [{ shape: [3, null] }, 'shape'],
    [{ shape: [2, 2], memory: { window: 5 } }, 'memory'],
    [{ shape: [2], memory: { window: '5s' }, time: () => 0, value: () => [] }, 'memory'],
    [{ shape: [2, 2], method: 'robust' }, 'method'],
    [{ shape: [2], dtype: 'float16' }, 'dtype'],
    [{ shape: [2], maskValue: 0 }, 'maskValue'],
    [{ shape: [2, 2], clip: 3 }, 'clip'],
    [{ shape: [2], drift: {} }, 'drift'],
  ])('refuses %j', (options, option) => {
    expect(() => channelNormalize(options as never)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
});
