import fc from 'fast-check';
import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { denormalizeWindow, removeSeason, windowNormalize } from '../../../src/index.js';
import { SeriesTable } from '../../../src/series/series-table.js';
import { recordsOf, runConfig } from '../../support/run-config.js';

const run = <T, R>(values: readonly T[], operator: OperatorFunction<T, R>): Promise<R[]> =>
  lastValueFrom(from(values).pipe(operator, toArray()));
const HOUR = 3_600_000;

describe('windowNormalize', () => {
  const window = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 12, maxLength: 12 });

  it.each(['instance-norm', 'san', 'dish-ts'] as const)('%s: is its formula, and comes back', async (method) => {
    const slice = method === 'san' ? 3 : 6;
    await fc.assert(
      fc.asyncProperty(window, fc.constantFrom('last' as const, 'first' as const), async (xs, channels) => {
        const shape = channels === 'last' ? [6, 2] : [2, 6];
        const options = { method, shape, channels, ...(method === 'san' && { slice }), value: (x: number[]) => x };
        const [scored] = await run([xs], windowNormalize<number[]>(options));
        const ys = scored!.normalized as number[];
        const at = (p: number, c: number) => (channels === 'last' ? 2 * p + c : 6 * c + p);
        for (let c = 0; c < 2; c++)
          for (let s = 0; s < 6; s += slice) {
            const part = Array.from({ length: slice }, (_, p) => xs[at(s + p, c)]!);
            const mean = part.reduce((sum, x) => sum + x, 0) / slice;
            const m2 = part.reduce((sum, x) => sum + (x - mean) ** 2, 0);
            const scale = {
              'instance-norm': Math.sqrt(m2 / slice + 1e-5),
              san: Math.sqrt(m2 / (slice - 1)) + 1e-5,
              'dish-ts': Math.sqrt(m2 / (slice - 1) + 1e-8),
            }[method];
            part.forEach((x, p) => {
              // Where all are alike but for rounding, what is divided is rounding.
              const error = 1e-9 + (1e-8 * Math.max(...part.map(Math.abs))) / scale;
              expect(Math.abs(ys[at(s + p, c)]! - (x - mean) / scale)).toBeLessThan(error);
            });
          }
        if (channels === 'first') return;
        const { center, scale } = scored as unknown as { center: number[]; scale: number[] };
        denormalizeWindow(ys, { center, scale, channels: 2, slice }).forEach((x, i) => {
          expect(Math.abs(x - xs[i]!)).toBeLessThan(1e-9 * Math.max(1, ...xs.map(Math.abs)));
        });
      }),
      { numRuns: 40 },
    );
  });
  it('takes a forecast back by the last slice, and leaves padding alone', async () => {
    const value = (x: unknown) => x;
    const [scored] = await run([[0, 2, 10, 14]], windowNormalize({ method: 'san', slice: 2, shape: [4], value }));
    const { center, scale } = scored as unknown as { center: number[]; scale: number[] };
    expect(center).toEqual([1, 12]);
    expect([...denormalizeWindow([0, 1, 2], { center, scale, channels: 1, slice: 2 }, 'horizon')]).toEqual([
      12,
      12 + scale[1]!,
      12 + 2 * scale[1]!,
    ]);
    const padded = {
      values: [
        [1, 5],
        [3, 9],
        [0, 0],
      ],
      mask: [1, 1, 0],
    };
    const whole = [
      [1, 5],
      [3, 9],
    ];
    const operator = windowNormalize({ method: 'instance-norm', shape: [null, 2], value });
    const [masked, plain] = await run([padded, whole], operator);
    expect(masked!.normalized).toEqual([...(plain!.normalized as number[][]), [0, 0]]);
    const [odd] = await run([[1, 2, 3]], windowNormalize({ method: 'san', slice: 2, shape: [null], value }));
    expect(odd!.unfit).toBe('expected a multiple of 2 steps, got 3');
  });
});

describe('removeSeason', () => {
  const at = (hour: number) => Date.UTC(2026, 0, 5) + hour * HOUR; // a Monday
  const access = {
    value: (r: { t: number; x: number | null }) => r.x,
    time: (r: { t: number; x: number | null }) => r.t,
  };

  it('removes the mean of the values before at the same hour, and tells what it was', async () => {
    const records = [
      { t: at(8), x: 5 },
      { t: at(20), x: 1 },
      { t: at(32.5), x: 7 },
      { t: at(56), x: 9 },
      { t: at(57), x: 3 },
    ];
    const scored = await run(records, removeSeason(access));
    expect(scored.map(({ normalized, center }) => [normalized, center])).toEqual([
      [null, null],
      [null, null],
      [2, 5],
      [3, 6],
      [null, null],
    ]);
    for (const { normalized, center, record } of scored)
      if (normalized !== null) expect(normalized + (center as number)).toBe(record.x);
  });
  it('has weeks from Monday, local time and times before 1970', async () => {
    const options = { ...access, season: 'week', bins: 7, order: 'learn-first' as const };
    const table = new SeriesTable();
    const days = [at(1), at(23), at(24), at(-1), at(-24 * 365 * 60)].map((t, x) => ({ t, x }));
    await run(days, removeSeason({ ...options, table }));
    const counts = (state: Float64Array) => Array.from({ length: 7 }, (_, bin) => state[2 + 5 * bin]);
    const weekday = (new Date(at(-24 * 365 * 60)).getUTCDay() + 6) % 7;
    const expected = [2, 1, 0, 0, 0, 0, 1];
    expected[weekday]!++;
    expect(counts(table.columns[0]!.stateOf(0))).toEqual(expected);
    const local = new SeriesTable();
    await run([{ t: at(23), x: 1 }], removeSeason({ ...options, utcOffset: 2, table: local }));
    expect(counts(local.columns[0]!.stateOf(0))).toEqual([0, 1, 0, 0, 0, 0, 0]);
  });
  it('needs a time, and goes on from a checkpoint', async () => {
    const records = Array.from({ length: 200 }, (_, k) => ({ ts: at(k * 5), x: (k * 5) % 24, id: k % 2 }));
    const config = {
      record: { key: 'id', time: 'ts' },
      fields: { x: { method: 'seasonal', memory: { halfLife: '3d' } } },
      batch: { maxLength: 30 },
    };
    const ndjson = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const { output } = await runConfig(ndjson, config);
    expect((await runConfig(ndjson, config, { stops: 3 })).output === output).toBe(true);
    for (const { normalized } of recordsOf(output).slice(60)) expect(normalized.x).toBeCloseTo(0, 12);
    await expect(runConfig(ndjson, { ...config, record: { key: 'id' } })).rejects.toThrow(
      'record: must be given a time: fields.x has a memory in event time',
    );
  });
});
