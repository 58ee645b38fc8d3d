import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { normalize, type Scored, zScore } from '../../operators/index.js';
import { SeriesTable } from '../../src/series/series-table.js';
import { Moments } from '../../src/stats/moments.js';
import { SeriesGroup } from '../../src/stats/series-group.js';
import { PortableStream } from '../support/portable-stream.js';
import { runCli } from '../support/run-cli.js';

interface Reading {
  id: string;
  kind: string;
  v: number;
}

/** Pumps and fans at levels of their own, known for long; then new ones of either kind, whose values take turns. */
function fleet(): { known: Reading[]; fresh: Reading[] } {
  const stream = new PortableStream(21);
  const kinds = { pump: [1e6, 10, 5], fan: [20, 0.3, 1] } as const;
  const make = (prefix: string, devices: number, length: number): Reading[] => {
    const levels = new Map<string, number>();
    const out: Reading[] = [];
    for (let i = 0; i < length; i++)
      for (let d = 0; d < devices; d++)
        for (const [kind, [level, between, within]] of Object.entries(kinds)) {
          const id = `${prefix}-${kind}-${d}`;
          if (!levels.has(id)) levels.set(id, level + between * stream.gaussian());
          out.push({ id, kind, v: levels.get(id)! + within * stream.gaussian() });
        }
    return out;
  };
  return { known: make('old', 12, 150), fresh: make('new', 12, 1000) };
}

const access = { key: (r: Reading) => r.id, value: (r: Reading) => r.v };
const group = (r: Reading) => r.kind;
const score = (records: readonly Reading[], options: object): Promise<Scored<Reading>[]> =>
  lastValueFrom(from(records as Reading[]).pipe(zScore({ ...access, warmup: 2, ...options }), toArray()));

describe('SeriesGroup', () => {
  it('is the analysis of variance of its series, whatever order their values come in, far from zero too', () => {
    const values = fc.double({ min: -100, max: 100, noNaN: true });
    const given = fc.array(fc.tuple(fc.nat(4), values), { minLength: 3, maxLength: 80 });
    fc.assert(
      fc.property(given, fc.constantFrom(0, 1e9), (rows, offset) => {
        const all = new SeriesGroup();
        const own = Array.from({ length: 5 }, () => new Moments());
        for (const [k, x] of rows) {
          const series = own[k]!;
          all.learn(x + offset, series.count > 0 ? series.deviation(x + offset) : 0, series.count, series.count);
          series.update(x + offset);
        }
        const seen = own.filter(({ count }) => count > 0);
        const n = rows.length;
        const ssw = seen.reduce((sum, s) => sum + s.variance() * s.count, 0);
        const mean = rows.reduce((sum, [, x]) => sum + x, 0) / n;
        const ssb = seen.reduce((sum, s) => sum + s.count * (s.mean - offset - mean) ** 2, 0);
        expect(all.series).toBe(seen.length);
        expect(all.freedom).toBe(n - seen.length);
        if (n === seen.length) return;
        const within = ssw / (n - seen.length);
        const tolerance = offset === 0 ? 1e-9 : 1e-4;
        expect(Math.abs(all.within - within)).toBeLessThanOrEqual(tolerance * (1 + within));
        if (seen.length < 2) return;
        const each = (n - seen.reduce((sum, s) => sum + s.count ** 2, 0) / n) / (seen.length - 1);
        const between = Math.max(0, (ssb / (seen.length - 1) - within) / each);
        expect(Math.abs(all.between - between)).toBeLessThanOrEqual(tolerance * 100 * (1 + between + within));
      }),
    );
  });
  it('is not touched by what is no observation', () => {
    const state = new SeriesGroup();
    state.learn(3, 0, 0, 0);
    const before = state.state.slice();
    state.learn(Number.NaN, 0, 1, 1);
    expect(state.state).toEqual(before);
  });
});

describe('a new series of a group', () => {
  it('scores its first 50 values with at most half the error of one that begins from nothing', async () => {
    const { known, fresh } = fleet();
    const warm = new Map<string, Moments>();
    for (const { id, v } of fresh) {
      if (!warm.has(id)) warm.set(id, new Moments());
      warm.get(id)!.update(v);
    }
    // A score that is not there yet counts as 0.
    const error = async (options: object, kind: string) => {
      const out = (await score([...known, ...fresh], options)).slice(known.length, known.length + 50 * 24);
      const errors = out
        .filter(({ record }) => record.kind === kind)
        .map(({ key, value, normalized }) => {
          const { mean } = warm.get(key)!;
          return Math.abs((normalized ?? 0) - (value - mean) / Math.sqrt(warm.get(key)!.variance()));
        });
      return errors.reduce((sum, e) => sum + e, 0) / errors.length;
    };
    for (const kind of ['pump', 'fan']) {
      const grouped = await error({ group, warmup: 30 }, kind);
      expect(grouped, kind).toBeLessThan(0.5 * (await error({ warmup: 30 }, kind)));
      // Better than scores from the third value on, too.
      expect(grouped, kind).toBeLessThan(await error({ warmup: 2 }, kind));
    }
  });

  it.each([['all'], [{ halfLife: 400 }], [{ window: 100 }]])(
    'is on its own from 64 values on, to the last bit: memory %j',
    async (memory) => {
      const { known, fresh } = fleet();
      const records = [...known.slice(0, 600), ...fresh.slice(0, 24 * 80)];
      const [grouped, alone] = [await score(records, { group, memory }), await score(records, { memory })];
      const last = -24 * 16;
      expect(grouped.slice(last).map(({ normalized }) => normalized)).toEqual(
        alone.slice(last).map(({ normalized }) => normalized),
      );
      const first = grouped.slice(600, 600 + 24);
      expect(first.every(({ normalized }) => normalized !== null)).toBe(true);
      expect(alone.slice(600, 600 + 24).every(({ normalized }) => normalized === null)).toBe(true);
      for (const { value, normalized, center, scale } of grouped.slice(700))
        expect(Math.abs(normalized! * scale + center - value)).toBeLessThanOrEqual(1e-9 * Math.abs(value)); // the way back
    },
  );

  it('goes on from a saved table to the last bit, groups too', async () => {
    const { known, fresh } = fleet();
    const records = [...known.slice(0, 500), ...fresh.slice(0, 500)];
    const whole = await score(records, { group });
    const table = new SeriesTable({ maxSeries: 100 });
    await score(records.slice(0, 510), { group, table });
    const restored = SeriesTable.fromBytes(table.toBytes(), { maxSeries: 100 });
    expect(await score(records.slice(510), { group, table: restored })).toEqual(whole.slice(510));
  });

  it('is the same by operator, by normalize and by a configuration', async () => {
    const { known, fresh } = fleet();
    const records = [...known.slice(0, 300), ...fresh.slice(0, 300)];
    const byOperator = (await score(records, { group })).map(({ normalized }) => normalized);
    const fields = { v: { warmup: 2 } }; // with a group the method is z-score where none is named
    const byFields = await lastValueFrom(
      from(records).pipe(normalize({ key: 'id', group: 'kind', fields }), toArray()),
    );
    expect(byFields.map(({ normalized }) => normalized.v)).toEqual(byOperator);
    const folder = mkdtempSync(join(tmpdir(), 'streamnorm-group-'));
    try {
      writeFileSync(join(folder, 'in.ndjson'), `${records.map((r) => JSON.stringify(r)).join('\n')}\n`);
      writeFileSync(
        join(folder, 'c.yaml'),
        'source: { file: { path: in.ndjson } }\nrecord: { key: id, group: kind }\nfields: { v: { warmup: 2 } }\nsink: { file: { path: out.ndjson } }\n',
      );
      const { code, stderr } = await runCli(['run', 'c.yaml'], { cwd: folder });
      expect(code, stderr).toBe(0);
      const lines = readFileSync(join(folder, 'out.ndjson'), 'utf8').trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).normalized.v)).toEqual(byOperator);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is refused, with the reason, where a method cannot mix two statistics', () => {
    const attempt = (options: object) => () => normalize({ group: 'kind', ...options });
    expect(attempt({ fields: { v: 'robust' } })).toThrow(
      'fields.v.group must be false for this field: quantiles of a group',
    );
    expect(attempt({ fields: { v: 'min-max' } })).toThrow('the extremes of a group');
    expect(attempt({ fields: { v: 'adaptive' } })).toThrow('what adaptive knows of a regime');
    expect(attempt({ fields: { v: { drift: {} } } })).toThrow('an epoch begins with');
    expect(attempt({ fields: { v: { method: 'robust', group: false }, w: 'z-score' } })).not.toThrow();
    expect(attempt({ group: 7 })).toThrow('group must be a field');
    expect(attempt({ table: new SeriesTable({ maxSeries: 1 }) })).toThrow('at least 2 series');
    expect(() => zScore({ group } as never)).toThrow('group must be absent on a stream of plain numbers');
  });
});
