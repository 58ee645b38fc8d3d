import fc from 'fast-check';
import { from, lastValueFrom, map, range, take, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type NormalizeOptions, normalize, zScore } from '../../operators/index.js';
import { SeriesTable } from '../../src/series/series-table.js';

const run = <T extends object>(records: readonly T[], options?: NormalizeOptions<T>) =>
  lastValueFrom(from(records).pipe(normalize(options), toArray()));
const plant = Array.from({ length: 90 }, (_, i) => ({
  deviceId: `dev-${i % 3}`,
  ts: 1.7e12 + i * 1000,
  temperature: 20 + Math.sin(i),
  motor: { rpm: 1500 + ((i * 7919) % 101) },
  note: 'ok',
}));

describe('normalize', () => {
  it('adds normalized and epoch, and leaves the record as it was', async () => {
    const out = await run(plant, { key: 'deviceId', time: 'ts', defaults: { warmup: 2 } });
    const { normalized, epoch, ...rest } = out.at(-1)!;
    expect(rest).toEqual(plant.at(-1));
    expect(Object.keys(normalized)).toEqual(['temperature', 'motor.rpm']);
    expect(epoch).toEqual({ temperature: 0, 'motor.rpm': 0 });
  });

  it('gives every field of every key the scores of its own zScore', async () => {
    const out = await run(plant, { key: 'deviceId', time: 'ts', defaults: { method: 'z-score', warmup: 2 } });
    const rpm = await lastValueFrom(
      from(plant).pipe(
        zScore({ key: (r) => r.deviceId, value: (r) => r.motor.rpm, warmup: 2 }),
        map((scored) => scored.normalized),
        toArray(),
      ),
    );
    expect(out.map((record) => record.normalized['motor.rpm'])).toEqual(rpm);
  });

  it('takes up fields that appear later, and answers null where one is missing from a named list', async () => {
    const late = [{ a: 1 }, { a: 2, b: 5 }, { a: 3, b: 7 }] as { a: number; b?: number }[];
    const all = await run(late, { defaults: { warmup: 1 } });
    expect(all.map((record) => Object.keys(record.normalized))).toEqual([['a'], ['a', 'b'], ['a', 'b']]);
    const named = await run(late, { fields: { b: 'z-score' }, defaults: { warmup: 1 } });
    expect(named.map((record) => record.normalized)).toEqual([{ b: null }, { b: null }, { b: 0 }]);
  });

  it('mixes methods and memories in one record', async () => {
    const out = await run(plant, {
      key: ['deviceId'],
      time: 'ts',
      fields: {
        temperature: { method: 'min-max', range: [-1, 1], clip: true, memory: { window: '20s' } },
        'motor.rpm': { method: 'robust', memory: { window: 10 }, warmup: 5 },
      },
      defaults: { warmup: 3, memory: { halfLife: '1m' } },
      include: ['center', 'scale', 'count'],
    });
    const last = out.at(-1)!;
    expect(Math.abs(last.normalized.temperature as number)).toBeLessThanOrEqual(1);
    expect(last.normalized['motor.rpm']).toBeCloseTo(
      (last.motor.rpm - (last.center!['motor.rpm'] as number)) / (last.scale!['motor.rpm'] as number),
      12,
    );
    expect(last.count).toEqual({ temperature: 6, 'motor.rpm': 10 });
  });

  it('scales the unit-norm fields of a record together, and an array by itself', async () => {
    const [out] = await run([{ ax: 3, ay: 4, v: [0, 5, Number.NaN], w: 7 }], {
      fields: { ax: 'unit-norm', ay: 'unit-norm', v: { method: 'unit-norm', norm: 'max' }, w: 'none' },
    });
    expect(out!.normalized).toEqual({ ax: 0.6, ay: 0.8, v: [0, 1, null], w: 7 });
  });

  it('keeps keys with names of prototypes, and fields too, as data', async () => {
    const hostile = [
      JSON.parse('{"id":"__proto__","x":1}'),
      JSON.parse('{"id":"constructor","x":5,"__proto__":{"y":2}}'),
    ] as { id: string; x: number }[];
    const out = await run([...hostile, ...hostile], { key: 'id', defaults: { warmup: 1 } });
    expect(out.map((record) => record.normalized.x)).toEqual([null, null, 0, 0]);
    expect(({} as { y?: number }).y).toBeUndefined();
  });

  it('drops a record while a field that asks for it is warming up', async () => {
    expect(
      await run(plant, { fields: { temperature: { method: 'z-score', whileWarming: 'drop', warmup: 10 } } }),
    ).toHaveLength(80);
  });

  it('goes on from a saved table, bit for bit, wherever it was cut', async () => {
    const options = { key: 'deviceId', time: 'ts', defaults: { warmup: 2 } } as const;
    const whole = await run(plant, options);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: plant.length - 1 }), async (cut) => {
        const table = new SeriesTable();
        await run(plant.slice(0, cut), { ...options, table });
        expect(await run(plant.slice(cut), { ...options, table: SeriesTable.fromBytes(table.toBytes()) })).toEqual(
          whole.slice(cut),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('restarts a field whose method changed, and no other', async () => {
    const table = new SeriesTable();
    const fields = { temperature: 'z-score', 'motor.rpm': 'z-score' } as const;
    await run(plant, { fields, table });
    const out = await run(plant.slice(0, 1), {
      fields: { ...fields, temperature: 'min-max' },
      table,
      include: ['count'],
    });
    expect(out[0]!.count).toEqual({ temperature: 0, 'motor.rpm': 90 });
  });

  it('draws from a synchronous source no more than is taken', async () => {
    let drawn = 0;
    const records = range(0, 1e6).pipe(
      tap(() => drawn++),
      map((x) => ({ x })),
    );
    await lastValueFrom(records.pipe(normalize(), take(3)));
    expect(drawn).toBe(3);
  });

  it.each([
    [{ fields: { t: { method: 'robust', ddof: 1 } } }, 'fields.t.ddof must be absent: only z-score has it, got 1'],
    [{ fields: { t: 'zscore' } }, 'fields.t.method must be one of'],
    [{ fields: 3 }, "fields must be '*' or options by field name, got 3"],
    [{ key: 3 }, 'key must be a field, a list of fields or an accessor, got 3'],
    [{ include: ['mean'] }, 'include must be a list of "center", "scale", "count"'],
    [{ defaults: { memory: { window: '5m' } } }, 'time must be a field or an accessor'],
  ])('refuses %j by name', (options, message) => {
    expect(() => normalize(options as unknown as NormalizeOptions<object>)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    );
  });
});
