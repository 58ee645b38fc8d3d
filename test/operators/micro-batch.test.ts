import fc from 'fast-check';
import { from, lastValueFrom, map, range, take, tap, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type MicroBatchOptions, microBatch } from '../../operators/index.js';

const fields = { x: (x: number) => x };
const scheduler = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
const values = { a: 1, b: 2, c: 3, d: 4 };
const columns = map((batch: { columns: Readonly<Record<string, Float64Array>> }) => [...batch.columns.x!].join());

describe('microBatch', () => {
  it('emits a batch when it is full and the rest when the source completes', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c---|', values);
      expectObservable(source.pipe(microBatch({ fields, maxLength: 2, maxWait: 100 }), columns)).toBe('---x-----(y|)', {
        x: '1,2',
        y: '3',
      });
      expectSubscriptions(source.subscriptions).toBe('^--------!');
    });
  });
  it('emits a batch when its first record has waited long enough', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('-a-b------c---|', values);
      expectObservable(source.pipe(microBatch({ fields, maxWait: 4 }), columns)).toBe('-----x--------(y|)', {
        x: '1,2',
        y: '3',
      });
    });
  });
  it('emits a batch when its columns are as large as allowed', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('abcd|', values);
      expectObservable(source.pipe(microBatch({ fields, maxBytes: 24 }), columns)).toBe('--x-(y|)', {
        x: '1,2,3',
        y: '4',
      });
    });
  });
  it('completes at once on an empty source, passes an error on, and stops its timers when it is unsubscribed', () => {
    scheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(cold<number>('--|').pipe(microBatch({ fields }))).toBe('--|');
      expectObservable(cold('-a-#', values).pipe(microBatch({ fields }), columns)).toBe('---#');
      const source = cold('-a-b-c-d', values);
      expectObservable(source.pipe(microBatch({ fields, maxWait: 3 }), columns), '^-----!').toBe('----x--', {
        x: '1,2',
      });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });
  it('draws from a synchronous source no more than is taken', async () => {
    let drawn = 0;
    await lastValueFrom(
      range(0, 1e6).pipe(
        tap(() => drawn++),
        microBatch({ fields, maxLength: 5 }),
        take(2),
      ),
    );
    expect(drawn).toBe(10);
  });
  it('keeps every record once, in order within its key, whatever the bounds', async () => {
    const record = fc.record({
      key: fc.constantFrom('a', 'b', '__proto__'),
      x: fc.oneof(fc.double(), fc.constant(null)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 300 }),
        fc.integer({ min: 1, max: 70 }),
        fc.boolean(),
        async (records, maxLength, keyed) => {
          const batches = await lastValueFrom(
            from(records.map((r, i) => ({ ...r, i }))).pipe(
              microBatch<{ key: string; x: number | null; i: number }>({
                fields: { x: (r) => r.x },
                time: (r) => r.i,
                maxLength,
                ...(keyed && { key: (r) => r.key }),
              }),
              toArray(),
            ),
          );
          const seen = batches.flatMap((batch) => {
            expect(batch.length).toBeLessThanOrEqual(maxLength);
            return batch.records.map((r, row) => ({
              ...r,
              column: batch.columns.x![row],
              time: batch.times![row],
              batchKey: batch.key,
            }));
          });
          const groups = keyed ? ['a', 'b', '__proto__'] : [undefined];
          expect(seen).toHaveLength(records.length);
          for (const group of groups) {
            const own = seen.filter((r) => r.batchKey === group);
            expect(own.map((r) => r.time)).toEqual(own.map((r) => r.time).sort((a, b) => a! - b!));
            for (const r of own) {
              expect(r.column).toBe(r.x ?? Number.NaN);
              expect(r.time).toBe(r.i);
              if (keyed) expect(r.key).toBe(group);
            }
          }
        },
      ),
    );
  });
  it('carries offsets along, and holds all columns in one block, however often blocks go round', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 90 }),
        fc.array(fc.boolean(), { minLength: 5 }),
        async (count, maxLength, released) => {
          let seen = 0;
          const options: MicroBatchOptions<number> = {
            // Several batches fill at a time, so that a block given to two of them would show.
            key: (i) => String(i % 3),
            fields: { x: (i) => i, y: (i) => -i },
            time: (i) => 10 * i,
            offset: (i) => 1e9 + i,
            maxLength,
          };
          await lastValueFrom(
            range(0, count).pipe(
              microBatch(options),
              tap((batch) => {
                const rows = [...batch.records];
                expect([...batch.values]).toEqual([...rows, ...rows.map((i) => -i)]);
                expect([...batch.columns.y!]).toEqual(rows.map((i) => -i));
                expect([...batch.times!]).toEqual(rows.map((i) => 10 * i));
                expect([...batch.offsets!]).toEqual(rows.map((i) => 1e9 + i));
                seen += batch.length;
                if (released[seen % released.length]) for (let i = 0; i < 2; i++) batch.release();
              }),
            ),
          );
          expect(seen).toBe(count);
        },
      ),
    );
  });
  it('uses the memory of released batches again', async () => {
    const blocks = new Set<ArrayBufferLike>();
    await lastValueFrom(
      range(0, 10_000).pipe(
        microBatch({ fields, maxLength: 64 }),
        tap((batch) => {
          blocks.add(batch.values.buffer);
          batch.release();
        }),
      ),
    );
    expect(blocks.size).toBe(1);
  });
  it.each([
    [{ fields: { x: 3 } }, 'fields'],
    [{ fields, maxLength: 0 }, 'maxLength'],
    [{ fields, maxWait: -1 }, 'maxWait'],
    [{ fields, maxBytes: 0 }, 'maxBytes'],
    [{ fields, key: 'id' }, 'key'],
    [{ fields, offset: 3 }, 'offset'],
  ])('refuses %j', (options, option) => {
    expect(() => microBatch(options as unknown as MicroBatchOptions<number>)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
});
