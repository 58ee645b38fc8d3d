import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bufferCount, from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchNormalize } from '../../operators/batch-normalize.js';
import { microBatch } from '../../operators/micro-batch.js';
import { normalize } from '../../operators/normalize.js';
import type { TextPipelinePlan } from '../../src/pipeline/plan.js';
import { runPipeline } from '../../src/pipeline/run-pipeline.js';
import { toPlan } from '../../src/pipeline/to-plan.js';
import { SeriesTable } from '../../src/series/series-table.js';

interface Reading {
  id: string;
  x: number | null;
  at: number;
}
type Written = Reading & { normalized: { x: number | null }; center: { x: number }; scale: { x: number } };

const readings = Array.from({ length: 1000 }, (_, i): Reading => {
  const x = i % 41 === 0 ? null : 1.7e9 + ((i * 7919) % 997) / 3;
  return { id: `s${(i * i) % 5}`, x, at: 1.7e12 + i };
});

describe('method batch in a pipeline', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'streamnorm-batch-'));
    writeFileSync(join(folder, 'in.ndjson'), readings.map((r) => `${JSON.stringify(r)}\n`).join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const planOf = (config: object): TextPipelinePlan =>
    toPlan(
      { source: { file: { path: join(folder, 'in.ndjson') } }, record: { key: 'id', time: 'at' }, ...config },
      ({ path, message }) => `${path.join('.')}: ${message}`,
    ) as TextPipelinePlan;

  async function run(name: string, config: object, signal?: AbortSignal): Promise<Written[]> {
    const path = join(folder, `${name}.ndjson`);
    await runPipeline(planOf({ sink: { file: { path } }, ...config }), { ...(signal && { signal }) });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Written);
  }

  it.each(['pooled', 'keras', 'pytorch', 'mxnet', 'renorm'] as const)(
    'gives what microBatch and batchNormalize give, with %s',
    async (semantics) => {
      const field = { method: 'batch', semantics };
      const written = await run(semantics, { fields: { x: field }, batch: { maxLength: 128 } });
      const table = new SeriesTable();
      const batches = await lastValueFrom(from(readings).pipe(bufferCount(128), toArray()));
      const expected = new Map<Reading, number | null>();
      for (const batch of batches) {
        const results = await lastValueFrom(
          from(batch).pipe(
            microBatch<Reading>({ key: ({ id }) => id, fields: { x: ({ x }) => x } }),
            batchNormalize({ semantics, table }),
            toArray(),
          ),
        );
        for (const { batch: own, values } of results)
          own.records.forEach((record, i) => {
            expected.set(record, values === null || Number.isNaN(values[i]) ? null : values[i]!);
          });
      }
      expect(written).toHaveLength(readings.length);
      readings.forEach((reading, i) => {
        const y = expected.get(reading)!;
        expect(written[i]!.normalized.x).toEqual(y === null ? null : expect.closeTo(y, 8));
      });
      expect(new Set(expected.values()).size).toBeGreaterThan(500);
    },
  );

  it('goes on from a checkpoint to the same bytes, and fills its micro-batches whatever is read at a time', async () => {
    const config = (name: string) => ({
      fields: { x: { method: 'batch' }, at: 'z-score' },
      output: { include: ['center', 'scale', 'count'] },
      batch: { maxLength: 64 },
      sink: { file: { path: join(folder, `${name}.ndjson`) } },
      state: { store: 'file', path: join(folder, `${name}-state`), checkpointEvery: '1ms' },
    });
    await runPipeline(planOf(config('calm')));
    for (let stops = 0; stops < 20; stops++) {
      const stop = new AbortController();
      let batches = 0;
      const onProgress = () => {
        if (++batches === 3) stop.abort();
      };
      const { stopped } = await runPipeline(planOf(config('stopped')), { signal: stop.signal, onProgress });
      if (!stopped) break;
      expect(stops).toBeLessThan(10);
    }
    const calm = readFileSync(join(folder, 'calm.ndjson'));
    expect(readFileSync(join(folder, 'stopped.ndjson')).equals(calm)).toBe(true);
    expect(calm.toString().trimEnd().split('\n')).toHaveLength(readings.length);
  });

  it('says what the scores were made of, and has no epochs', async () => {
    const written = await run('made-of', { fields: { x: 'batch' }, output: { include: ['center', 'scale'] } });
    for (const { x, normalized, center, scale } of written)
      if (x !== null) expect((x - center.x) / scale.x).toBeCloseTo(normalized.x!, 5);
    expect(written.every((record) => !('epoch' in record) || !('x' in (record.epoch as object)))).toBe(true);
  });

  it('scores a series before the state forgets it for another, within a micro-batch too', async () => {
    const fields = { x: { method: 'batch' } };
    const bounded = await run('bounded', { fields, state: { maxSeries: 1 } });
    // With room for one series, a micro-batch is a stretch of one, and nothing is known from before.
    for (let i = 0; i < readings.length; ) {
      let end = i;
      while (end < readings.length && readings[end]!.id === readings[i]!.id) end++;
      const xs = readings.slice(i, end).flatMap(({ x }) => (x === null ? [] : [x]));
      const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
      const sd = Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length);
      for (; i < end; i++) {
        const { x } = readings[i]!;
        const y = x === null || xs.length === 1 ? null : sd === 0 ? 0 : (x - mean) / sd;
        expect(bounded[i]!.normalized.x, `record ${i}`).toEqual(y === null ? null : expect.closeTo(y, 6));
      }
    }
  });

  it.each([
    [{ method: 'batch', warmup: 3 }, 'warmup'],
    [{ method: 'batch', memory: { window: 5 } }, 'memory'],
    [{ method: 'batch', missing: 'error' }, 'missing'],
    [{ method: 'batch', momentum: 0.5 }, 'momentum'],
    [{ method: 'batch', semantics: 'keras', momentum: 1.5 }, 'momentum'],
    [{ method: 'batch', semantics: 'keras', rMax: 2 }, 'rMax'],
    [{ method: 'z-score', semantics: 'keras' }, 'semantics'],
  ])('refuses %o, naming the option', (field, option) => {
    expect(() => planOf({ fields: { x: field } })).toThrow(`fields.x.${option}`);
  });

  it('is refused where records come one by one', () => {
    expect(() => normalize({ fields: { x: 'batch' } })).toThrow(/microBatch and batchNormalize/);
    expect(() => normalize({ defaults: { method: 'batch' } })).toThrow(/microBatch and batchNormalize/);
  });
});
